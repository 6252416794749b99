/** What a receipt is known by, whichever way it came. */
import assert from 'node:assert/strict';
import type { NormalizeContext } from '../../../../engine/normalize/draft/collector.js';
import type { SavedMapping } from '../../../../engine/normalize/mapping/fieldMapping.js';
import { nameIn, plainNumber, subjectOf } from '../../../../engine/normalize/pos/receiptSubject.js';
import { readMapping } from '../../../../engine/normalize/mapping/fieldMapping.js';
import { contextOf, only, send } from '../../../fixtures/normalizing.js';

const BODY = { idNegozio: 'bergamo', idCassa: '3', numeroScontrino: '45', dataOra: '20/11/2026 13:05', totale: '7,00' };

function nameOfReceipt(change: Readonly<Record<string, unknown>> = {}, mapping: SavedMapping = {}, context: NormalizeContext = contextOf(mapping)): string {
  const { source, subject = '' } = only(send({ provider: 'pos', body: { ...BODY, ...change }, context }));
  return `${source} ${subject}`;
}

function nameOfRow(cells: string, headings = 'Negozio;Cassa;Data;Ora;Scontrino;Totale'): string {
  const { source, subject = '' } = only(send({ provider: 'batch', body: `${headings}\n${cells}\n`, headers: { 'content-type': 'text/csv' } }));
  return `${source} ${subject}`;
}

describe('the name of a receipt', () => {
  const plain = nameOfReceipt();

  it('is its till, number and minute', () => { assert.equal(plain, 'urn:bottega:pos:bergamo/3 receipt/45/2026-11-20T13:05'); });

  const same: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['an alias of the store', { idNegozio: 'BG-02' }], ['another alias', { idNegozio: 80901 }], ['the default store', { idNegozio: null }],
    ['zeros in front', { numeroScontrino: '0045' }], ['a number', { numeroScontrino: 45 }], ['a spreadsheet\'s decimals', { numeroScontrino: '45.0' }],
    ['spaces', { numeroScontrino: ' 45 ' }], ['a till with zeros', { idCassa: '03' }], ['a till as a number', { idCassa: 3 }],
    ['seconds', { dataOra: '20/11/2026 13:05:59' }], ['an ISO time', { dataOra: '2026-11-20T13:05:12+01:00' }], ['an instant', { dataOra: '2026-11-20T12:05:30Z' }],
    ['milliseconds', { dataOra: Date.UTC(2026, 10, 20, 12, 5, 1) }],
  ];
  for (const [what, change] of same) it(`is the same with ${what}`, () => { assert.equal(nameOfReceipt(change), plain); });

  const others: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['store', { idNegozio: 'asti' }], ['unknown store', { idNegozio: 'ZZ' }], ['till', { idCassa: '4' }], ['number', { numeroScontrino: '450' }],
    ['minute', { dataOra: '20/11/2026 13:06' }], ['day', { dataOra: '21/11/2026 13:05' }], ['letter', { numeroScontrino: 'A45' }],
  ];
  for (const [what, change] of others) it(`is another for another ${what}`, () => { assert.notEqual(nameOfReceipt(change), plain); });

  it('is the same in a file', () => {
    for (const row of ['BG-02;3;20/11/2026;13:05;0045;7,00', 'bergamo;03;2026-11-20;13.05.40;45;7,00', ';3;20/11/26;13:05;45,0;7,00']) assert.equal(nameOfRow(row), plain);
  });

  it('does not move with the zone of the shop or the hour at which its day ends', () => {
    for (const zone of ['Europe/Rome', 'America/New_York', 'Asia/Kolkata']) {
      for (const cutoff of [0, 240]) {
        assert.equal(nameOfReceipt({}, {}, { ...contextOf({}, cutoff), pos: readMapping({}, zone) }), plain);
      }
    }
  });

  it('is the number alone where numbers never begin again', () => {
    assert.equal(nameOfReceipt({ numeroScontrino: '0012-0034' }, { receiptNumbers: 'never' }), 'urn:bottega:pos:bergamo/3 receipt/12-34');
  });

  it('is that of the order\'s opening', () => {
    const opened = nameOfReceipt({ stato: 'aperto', apertura: '20/11/2026 12:30', dataOra: '20/11/2026 12:30' });
    assert.equal(nameOfReceipt({ stato: 'completo', apertura: '20/11/2026 12:30:10', dataOra: '20/11/2026 13:40' }), opened);
  });

  const numbers: readonly (readonly [string, string])[] = [
    ['0012', '12'], ['12', '12'], ['12.0', '12'], ['12,00', '12'], ['0', '0'], ['000', '0'], ['0012-0034', '12-34'], ['0012 / 0034', '12-34'], ['0012–0034', '12-34'],
    ['A0012', 'a0012'], ['A-0012', 'a-12'], [' 1 2 ', '12'], ['10', '10'], ['1.5', '1.5'],
  ];
  for (const [number, expected] of numbers) it(`reads the number ${JSON.stringify(number)} as ${expected}`, () => { assert.equal(plainNumber(number), expected); });

  it('is found in a subject again', () => {
    for (const name of [{ kind: 'receipt', number: '12-34', issued: '' }, { kind: 'void', number: '7', issued: '2026-11-20T13:05' }] as const) {
      assert.deepEqual(nameIn(subjectOf(name)), name);
    }
    for (const subject of ['order/1', 'receipt', 'receipt/', 'receipt/1/2/3', '']) assert.equal(nameIn(subject), undefined);
  });
});
