/** Receipts read through the form's mapping: declared formats, the till's own words, and no guesses. */
import assert from 'node:assert/strict';
import { ConfigError } from '../../../../engine/base/errors.js';
import { type Fact, fieldOf, mergeEvent } from '../../../../engine/fact/fact.js';
import type { NormalizedBody } from '../../../../engine/normalize/normalize.js';
import { parsePath, valuesAt } from '../../../../engine/normalize/mapping/jsonPath.js';
import { readMapping, type SavedMapping } from '../../../../engine/normalize/mapping/fieldMapping.js';
import { contextOf, fixture, only, rules, send } from '../../../fixtures/normalizing.js';

type Body = Record<string, unknown>;

const receipt = (change: Body = {}): Body => ({ ...fixture('pos-receipt'), ...change });
const pos = (body: unknown, mapping: SavedMapping = {}, cutoffMinutes = 0): NormalizedBody => send({ provider: 'pos', body, context: contextOf(mapping, cutoffMinutes) });
const saleIn = (change: Body, mapping: SavedMapping = {}): ReturnType<typeof only> => only(pos(receipt(change), mapping));

describe('normalize pos', () => {
  it('reads an Italian receipt as it comes', () => {
    const { id, ...event } = saleIn({});
    assert.match(id, /^[\w-]{22}$/);
    assert.deepEqual(event, {
      specversion: '1.0', source: 'urn:bottega:pos:bergamo/1', type: 'sale', subject: 'receipt/311-7/2026-11-20T12:20', time: '2026-11-20T12:05:40.000Z', sequence: '2026-11-20T12:05:40.001Z',
      recordedtime: '2026-11-22T12:00:00.000Z',
      data: {
        store: 'bergamo', channel: 'pos', status: 'completed', amount: '1048.30', currency: 'EUR', openedAt: '2026-11-20T11:20:00.000Z', closedAt: '2026-11-20T12:05:30.000Z',
        quantity: 3.5, payment: 'card', x_covers: 2,
        lines: [{ amount: '998.30', name: 'Tavolo', product: 'TAV-1', quantity: 1 }, { amount: '50.00', name: 'Olio sfuso', product: 'OLIO', quantity: 2.5 }],
      },
    });
  });

  it('takes one receipt or many, and distinguishes them by till, number and minute', () => {
    const many = pos([receipt(), receipt({ idCassa: '2' }), receipt({ dataOra: '21/11/2026 13:05:40', apertura: '', chiusura: null }), receipt({ numeroScontrino: 8 })]);
    assert.deepEqual(many.refusals, []);
    assert.equal(new Set(many.events.map(({ source, subject }) => `${source} ${String(subject)}`)).size, 4);
    assert.equal(saleIn({}, { receiptNumbers: 'never' }).subject, 'receipt/311-7');
    const afterMidnight = { dataOra: '21/11/2026 02:30:00', apertura: null, chiusura: null };
    for (const cutoff of [0, 240]) {
      assert.equal(only(pos(receipt(afterMidnight), {}, cutoff)).subject, 'receipt/311-7/2026-11-21T02:30');
      assert.equal(only(pos(receipt(afterMidnight), { receiptNumbers: 'closing' }, cutoff)).subject, 'receipt/311-7/2026-11-21T02:30');
    }
  });

  it('orders open, completed and voided at one instant', () => {
    const [open, done, voided] = ['aperto', 'Completo', 'ANNULLATO'].map((stato) => saleIn({ stato }));
    assert.ok(open && done && voided);
    for (const events of [[open, done], [done, open]]) {
      let fact: Fact | undefined;
      for (const event of events) fact = mergeEvent(fact, event, 'EUR');
      assert.equal(fact && fieldOf(fact, 'status'), 'completed');
    }
    assert.equal(voided.data.status, 'voided');
    assert.ok(done.sequence < voided.sequence);
    assert.equal(saleIn({ versione: '17' }, { paths: { sequence: 'versione' } }).sequence, '17');
  });

  it('takes an opened order without a total for zero, and no other', () => {
    const { amount, status } = saleIn({ stato: 'aperto', totale: null }).data;
    assert.deepEqual({ amount, status }, { amount: '0.00', status: 'open' });
    assert.deepEqual(rules(pos(receipt({ totale: null }))), ['/totale required']);
  });

  const returned: readonly (readonly [Body, string, string])[] = [
    [{ totale: '-12,50' }, 'refund', '12.50'], [{ totale: '12,50-' }, 'refund', '12.50'], [{ totale: -12.5 }, 'refund', '12.50'],
    [{ totale: '12,50', tipoDocumento: 'RESO' }, 'refund', '12.50'], [{ totale: '0,00' }, 'sale', '0.00'],
  ];
  for (const [change, type, amount] of returned) {
    it(`takes ${JSON.stringify(change)} for a ${type} of ${amount}`, () => {
      const event = saleIn(change);
      assert.deepEqual([event.type, event.data.amount], [type, amount]);
    });
  }

  const stores: readonly (readonly [Body, SavedMapping, unknown, unknown])[] = [
    [{ idNegozio: 'AT-01' }, {}, 'asti', undefined], [{ idNegozio: 'asti' }, {}, 'asti', undefined], [{ idNegozio: null }, {}, 'bergamo', undefined],
    [{ idNegozio: 'Via Roma' }, { stores: 'via roma = asti' }, 'asti', undefined],
    [{ idNegozio: 'ZZ' }, {}, 'bergamo', 'store.unknown'], [{ idNegozio: 'ZZ' }, { unknownStore: 'asSent' }, 'ZZ', undefined],
    [{ idNegozio: 99 }, { unknownStore: 'asSent' }, '99', undefined],
  ];
  for (const [change, mapping, store, quality] of stores) {
    it(`records ${JSON.stringify(change)} under ${JSON.stringify(mapping)} at ${String(store)}`, () => {
      const { data } = saleIn(change, mapping);
      assert.deepEqual([data.store, data.x_quality], [store, quality]);
    });
  }

  it('flags times that the clock shows twice or never', () => {
    const at = (dataOra: string): unknown[] => {
      const { time, data } = only(send({ provider: 'pos', body: receipt({ dataOra, apertura: null, chiusura: null, idNegozio: 'ZZ' }), context: contextOf() }));
      return [time, data.x_quality];
    };
    assert.deepEqual(at('25/10/2026 02:30:00'), ['2026-10-25T00:30:00.000Z', 'store.unknown,time.ambiguous']);
    assert.deepEqual(at('29/03/2026 02:30:00'), ['2026-03-29T01:30:00.000Z', 'store.unknown,time.gap']);
  });

  const payments: readonly (readonly [unknown, string | undefined])[] = [
    [[{ tipo: 'CONTANTI' }], 'cash'], [[{ tipo: 'Buono pasto' }, { tipo: 'ticket' }], 'voucher'], [[{ tipo: 'CONTANTI' }, { tipo: 'CARTA' }], 'other'],
    [[{ tipo: 'conchiglie' }], 'other'], [[{ tipo: 'constructor' }], 'other'], [[], undefined], ['CARTA', undefined],
  ];
  for (const [pagamenti, expected] of payments) {
    it(`takes ${JSON.stringify(pagamenti)} for ${String(expected)}`, () => { assert.equal(saleIn({ pagamenti }).data.payment, expected); });
  }

  it('follows an edited mapping', () => {
    const mapping = {
      paths: {
        number: 'doc.no', time: 'doc.ts', amount: 'sums[0].cents', payment: 'pay.way', store: 'shop', till: '', status: 'doc.state', quantity: 'lines[].n', openedAt: '', closedAt: '', currency: '', covers: '', kind: 'doc.kind',
      },
      numbers: 'en', minorUnits: 2, dates: '', dateKind: 'epoch-ms', zone: 'Europe/London', statuses: 'PAID=completed', payments: 'EC=card', kinds: 'banco moda=sale\nSLIP-R=return', receiptNumbers: 'never',
    };
    const body = { doc: { no: 41, ts: Date.UTC(2026, 10, 20, 12), state: 'Paid', kind: 'sale' }, sums: [{ cents: 1250 }], pay: { way: 'ec' }, shop: 'AT-01', lines: [{ n: '1,000.5' }, { n: 2 }, {}] };
    const { source, subject, time, data } = only(pos(body, mapping));
    assert.deepEqual({ source, subject, time, data }, {
      source: 'urn:bottega:pos:asti/-', subject: 'receipt/41', time: '2026-11-20T12:00:00.000Z', data: { store: 'asti', channel: 'pos', status: 'completed', amount: '12.50', currency: 'EUR', payment: 'card', quantity: 1002.5 },
    });
  });

  const refused: readonly (readonly [Body, SavedMapping, string])[] = [
    [{ totale: '1048.30' }, {}, '/totale number.grouping'],
    [{ totale: '1.048,30' }, { numbers: '' }, '/totale number.locale'], [{ totale: 'gratis' }, {}, '/totale number.form'],
    [{ totale: '$ 5,00' }, {}, '/totale number.currency'],
    [{ valuta: 'USD' }, {}, '/valuta currency.foreign'], [{ dataOra: '31/11/2026 10:00' }, {}, '/dataOra date.impossible'],
    [{ dataOra: '11/20/2026 10:00' }, {}, '/dataOra date.impossible'], [{ dataOra: '05/11/2026' }, { dates: '' }, '/dataOra date.order'],
    [{ dataOra: null }, {}, '/dataOra required'],
    [{ dataOra: '30/11/2026 10:00' }, {}, '/dataOra time.future'], [{ numeroScontrino: null }, {}, '/numeroScontrino required'],
    [{ numeroScontrino: 1.5 }, {}, '/numeroScontrino id.precision'], [{ numeroScontrino: 'x'.repeat(65) }, {}, '/numeroScontrino maxLength'],
    [{ stato: 'boh' }, {}, '/stato value.unknown'], [{ stato: '__proto__' }, {}, '/stato value.unknown'], [{ apertura: 'ieri' }, {}, '/apertura date.form'],
    [{ chiusura: '20/11/2026 12:00:00' }, {}, '/chiusura order'], [{ coperti: 'due' }, {}, '/coperti number.form'],
    [{ idNegozio: 'ZZ' }, { unknownStore: 'refuse' }, '/idNegozio value.unknown'], [{ idNegozio: 'a/b' }, { unknownStore: 'asSent' }, '/idNegozio pattern'],
    [{ righe: [{ qta: 'tre' }] }, {}, '/righe/-/qta number.form'], [{ numeroScontrino: 'a\u0000b' }, {}, '/numeroScontrino pattern'],
  ];
  for (const [change, mapping, rule] of refused) {
    it(`refuses ${JSON.stringify(change).slice(0, 80)} under ${JSON.stringify(mapping)}: ${rule}`, () => {
      const outcome = pos([receipt(change), receipt()], mapping);
      assert.ok(rules(outcome).includes(rule), rules(outcome).join());
      assert.deepEqual([...new Set(outcome.refusals.map(({ index }) => index))].includes(0), true);
    });
  }

  it('understands a till that speaks CloudEvents', () => {
    const sent = { specversion: '1.0', id: 'till/9', source: 'urn:till', type: 'sale', subject: 'receipt/9', time: '2026-11-20T10:00:00+01:00', data: { store: 'asti', amount: 9.9 } };
    const { id, time, data } = only(pos([sent]));
    assert.deepEqual([id, time, data.amount], ['till/9', '2026-11-20T09:00:00.000Z', '9.90']);
    assert.deepEqual(rules(pos({ ...sent, data: { store: 'asti' } })).includes('/data/amount required'), true);
  });

  it('refuses what is no receipt', () => {
    assert.deepEqual([rules(pos('5')), rules(pos('[1]')), rules(pos('nonsense')), rules(pos(Buffer.from([0xff, 0xfe])))], [[' type'], [' type'], [' json'], [' json']]);
    assert.deepEqual(pos('[]').refused, 0);
  });
});

describe('a mapping', () => {
  const broken: readonly (readonly [SavedMapping, string])[] = [
    [{ paths: { amount: '' } }, 'mapping.paths.amount'], [{ paths: { store: 'a..b' } }, 'mapping.paths.store'],
    [{ paths: { till: 5 } }, 'mapping.paths.till'], [{ numbers: 'italiano!' }, 'mapping.numbers'], [{ dates: 'zz' }, 'mapping.dates'],
    [{ dateKind: 'moon' }, 'mapping.dateKind'],
    [{ zone: 'Europe/Roma' }, 'mapping.zone'], [{ statuses: 'a=finito' }, 'mapping.statuses'], [{ payments: 'a=B!' }, 'mapping.payments'],
    [{ stores: 'a=' }, 'mapping.stores'], [{ stores: '=a' }, 'mapping.stores'], [{ kinds: 'buono=regalo' }, 'mapping.kinds'], [{ minorUnits: '9' }, 'mapping.minorUnits'],
    [{ receiptNumbers: 'x' }, 'mapping.receiptNumbers'],
    [{ unknownStore: 'x' }, 'mapping.unknownStore'], [{ zone: [] }, 'mapping.zone'],
  ];
  for (const [saved, field] of broken) {
    it(`names ${field} for ${JSON.stringify(saved)}`, () => {
      assert.throws(() => readMapping(saved, 'Europe/Rome'), (error) => error instanceof ConfigError && error.field === field);
    });
  }

  const body = { a: { b: [{ c: 1 }, { c: null }, { c: 3 }], 'd e': 'x' }, list: [[1, 2], [3]] };
  const paths: readonly (readonly [string, unknown])[] = [
    ['a.b[0].c', [1]], ['a.b[].c', [1, 3]], ['a.b[9].c', []], ['a.d e', ['x']], ['list[][]', [1, 2, 3]], ['list[1][0]', [3]], ['a.b.c', []],
    ['toString', []], ['a.__proto__', []], ['list.length', []],
    ['', undefined], ['.a', undefined], ['a.', undefined], ['a[', undefined], ['a[-1]', undefined], ['a]', undefined], ['[0]', undefined],
  ];
  for (const [path, expected] of paths) {
    it(`finds ${JSON.stringify(expected)} at "${path}"`, () => {
      const steps = parsePath(path);
      assert.deepEqual(steps === undefined ? undefined : valuesAt(body, steps), expected);
    });
  }
});
