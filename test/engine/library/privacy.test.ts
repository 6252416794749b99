/** What is kept of whom: the record of processing, and all that is kept of one customer, which is what an erasure finds. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeadLetterStore } from '../../../engine/deadletter/deadLetterStore.js';
import { letterOfRejected } from '../../../engine/deadletter/deadLetter.js';
import { countClasses, processingRecord } from '../../../engine/library/processingRecord.js';
import { RETENTION, retentionTable } from '../../../engine/library/retention.js';
import { exportSubject } from '../../../engine/library/subjectExport.js';
import { keyedDigest, pseudonymOf } from '../../../engine/privacy/pseudonym.js';
import type { Store } from '../../../engine/store/store.js';
import { event, NOW } from '../../support/events.js';
import { memoryStore, receive } from '../../support/shopStore.js';
import { seal } from '../../../engine/privacy/seal.js';

const KEY = Buffer.alloc(32, 7);
const EMAIL = 'ginevra@posta.example';
const HERS = pseudonymOf(EMAIL, KEY);
const SENDER = {
  provider: 'flow', topic: '', receivedAt: NOW, name: (content: Uint8Array) => keyedDigest(content, KEY), seal: (content: Uint8Array) => seal(content, KEY, Buffer.alloc(12, 3)),
};

async function shopWith(): Promise<Store> {
  const store = await memoryStore();
  await receive(store, [
    event({ subject: 'order/1', data: { amount: '10.00', customer: HERS, payments: [{ by: 'card', amount: '10.00' }], quantity: 2, x_table: 7 } }),
    event({ type: 'refund', subject: 'refund/1', data: { amount: '4.00', customer: HERS, refersTo: 'order/1' } }),
    event({ subject: 'order/2', data: { amount: '5.00', customer: pseudonymOf('altro@posta.example', KEY) } }),
    event({ subject: 'order/3', data: { amount: '6.00' } }),
  ]);
  const letters = new DeadLetterStore(store);
  await letters.put([{ email: 'GINEVRA@posta.example', total: 'tanto' }, { email: 'altro@posta.example' }].map((body, index) => letterOfRejected(body, 'notEvent', index, SENDER)), NOW);
  return store;
}

describe('what is kept of one customer', () => {
  for (const [how, name] of [['by address', { email: ' Ginevra@posta.example' }], ['by pseudonym', { customer: HERS }]] as const) {
    it(`is found ${how}`, async () => {
      const { customer, facts, deadLetters } = await exportSubject(await shopWith(), name, { privacyKey: KEY, currency: 'EUR' });
      assert.equal(customer, HERS);
      assert.deepEqual(facts.map(({ type, source, subject }) => `${type} ${source} ${subject}`).sort(), ['refund urn:test refund/1', 'sale urn:test order/1']);
      const sale = facts.find(({ type }) => type === 'sale')?.fields;
      assert.deepEqual(sale, {
        store: 'milano', time: '2026-11-22T11:15:30.000Z', amount: '10.00', quantity: 2, customer: HERS, payments: [{ of: 'card', amount: '10.00' }], x_table: 7,
      });
      // A letter names an address, not the pseudonym that would have been made of it.
      assert.deepEqual(deadLetters.map(({ content }) => content), how === 'by address' ? ['{"email":"GINEVRA@posta.example","total":"tanto"}'] : []);
      assert.doesNotMatch(JSON.stringify(deadLetters), /sealed/);
    });
  }

  it('is nothing of somebody who never came', async () => {
    const { facts, deadLetters } = await exportSubject(await shopWith(), { email: 'nessuno@posta.example' }, { privacyKey: KEY, currency: 'EUR' });
    assert.deepEqual([facts, deadLetters], [[], []]);
  });
});

describe('the record of processing', () => {
  it('counts what is stored, and names the sources as they are', async () => {
    const counts = await countClasses(await shopWith());
    assert.deepEqual(['facts', 'deadLetters', 'outbox'].map((id) => counts.get(id)?.entries), [4, 4, 0]);
    for (const [language, line] of [['en', '| 400 days | 4 |'], ['it', '| 400 giorni | 4 |']] as const) {
      const record = processingRecord(language, counts, { shop: 'shop', sources: ['urn:x', '`\n# mine'], at: NOW });
      assert.ok(record.includes(line), record);
      assert.ok(record.includes('- `urn:x`\n- `  # mine`'), record);
      assert.doesNotMatch(record, /undefined|NaN/);
    }
  });

  it('has each class once, and no key in two of them', () => {
    const prefixes = RETENTION.flatMap((row) => row.prefixes);
    assert.equal(new Set(prefixes).size, prefixes.length);
    assert.equal(new Set(RETENTION.map(({ id }) => id)).size, RETENTION.length);
  });

  for (const [language, file] of [['en', 'production.md'], ['it', 'production.it.md']] as const) {
    it(`has the table that docs/${file} shows`, () => {
      const text = readFileSync(join(__dirname, '../../../docs', file), 'utf8');
      assert.ok(text.includes(retentionTable(language)), `put this into docs/${file}:\n${retentionTable(language)}`);
    });
  }
});
