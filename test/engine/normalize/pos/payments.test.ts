/** Receipts paid in more than one way: what each means of payment took, whatever versions of the receipt came in whatever order. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ShopEvent } from '../../../../engine/event/event.js';
import { type Fact, mergeEvent } from '../../../../engine/fact/fact.js';
import { contributionsOf } from '../../../../engine/kpi/contribution.js';
import type { SavedMapping } from '../../../../engine/normalize/mapping/fieldMapping.js';
import { MEASURES } from '../../../../engine/kpi/builtinKpis.js';
import { contextOf, fixture, NOW, only, send } from '../../../fixtures/normalizing.js';
import { receive, memoryStore, numbersAt } from '../../../support/shopStore.js';

interface Paid {
  readonly tipo?: string | null;
  readonly importo?: string | number | null;
}
type Body = Readonly<Record<string, unknown>>;

const saleIn = (body: Body, mapping: SavedMapping = {}): ShopEvent => only(send({ provider: 'pos', body: { ...fixture('pos-receipt'), righe: [], ...body }, context: contextOf(mapping) }));

/** [payment, by card, in cash, quality] of what was recorded. */
function paymentsOf({ data }: ShopEvent): unknown[] {
  return [data.payment, data.x_card_minor, data.x_cash_minor, data.x_quality];
}

const card = (importo: string): Paid => ({ tipo: 'ELETTRONICO', importo });
const cash = (importo: string): Paid => ({ tipo: 'CONTANTI', importo });
const none = [undefined, undefined, undefined] as const;
const doubtful = ['other', undefined, undefined, 'payment.parts'] as const;

describe('a receipt paid in several ways', () => {
  const cases: readonly (readonly [string, readonly Paid[], readonly unknown[], Body?])[] = [
    ['half and half', [card('60,00'), cash('40,00')], ['split', 6_000, 4_000, undefined]],
    ['several entries of one kind', [card('10,00'), cash('40,00'), card('50,00')], ['split', 6_000, 4_000, undefined]],
    ['a kind that is neither', [card('60,00'), { tipo: 'BUONO', importo: '40,00' }], ['split', 6_000, 0, undefined]],
    ['a word nobody knows', [cash('99,99'), { tipo: 'conchiglie', importo: '0,01' }], ['split', 0, 9_999, undefined]],
    ['an entry without a kind', [card('60,00'), cash('30,00'), { importo: '10,00' }], ['split', 6_000, 3_000, undefined]],
    ['amounts as numbers', [{ tipo: 'CARTA', importo: 60 }, { tipo: 'CONTANTI', importo: 40 }], ['split', 6_000, 4_000, undefined]],
    ['change given back in the same kind', [card('60,00'), cash('50,00'), cash('-10,00')], ['split', 6_000, 4_000, undefined]],
    ['kinds of which only one was used', [card('0,00'), cash('100,00')], ['cash', ...none]],
    ['one kind, whatever its amounts', [card('1,00'), card('2,00')], ['card', ...none]],
    ['one kind without amount', [{ tipo: 'CARTA' }], ['card', ...none]],
    ['nothing at all', [], none.slice(0, 1).concat(none)],
    ['nothing to pay', [card('0,00'), cash('0,00')], ['other', ...none], { totale: '0,00' }],
    ['amounts missing', [{ tipo: 'CARTA' }, { tipo: 'CONTANTI' }], doubtful],
    ['one amount missing', [card('100,00'), { tipo: 'CONTANTI' }], doubtful],
    ['as many amounts as kinds, of others', [{ tipo: 'CARTA', importo: null }, { importo: '60,00' }, cash('40,00')], doubtful],
    ['a cent too little', [card('60,00'), cash('39,99')], doubtful],
    ['change of a cent', [card('60,00'), cash('40,01')], ['split', 6_000, 4_000, undefined]],
    ['change of a banknote', [cash('150,00'), card('30,00')], ['split', 3_000, 7_000, undefined]],
    ['change of all the cash', [card('100,00'), cash('5,00')], ['card', ...none]],
    ['change stated beside it', [card('60,00'), cash('50,00'), { tipo: 'RESTO', importo: '-10,00' }], ['split', 6_000, 4_000, undefined]],
    ['more by card than is due', [card('110,00'), cash('5,00')], doubtful],
    ['an amount that cannot be read', [card('60,00'), cash('quaranta')], doubtful],
    ['more given back than taken', [card('110,00'), cash('-10,00')], doubtful],
    ['an open order of which a part is paid', [card('10,00'), cash('5,00')], doubtful, { stato: 'aperto' }],
    ['words of shops that the form does not have', [{ tipo: 'Carta di Credito', importo: '60,00' }, { tipo: 'Contanti €', importo: '40,00' }], ['split', 6_000, 4_000, undefined]],
    ['a return of which it is not said', [card('60,00'), { tipo: 'CONTANTI' }], ['other', ...none], { totale: '-100,00' }],
  ];
  for (const [name, pagamenti, change] of [
    ['a return', [card('60,00'), cash('40,00')], { totale: '-100,00' }],
    ['a return in amounts below nothing', [card('-60,00'), cash('-40,00')], { totale: '-100,00' }],
    ['a return by its kind', [card('60,00'), cash('40,00')], { tipoDocumento: 'RESO' }],
  ] as const) {
    it(`${name} says by which means it went back`, () => {
      const { data } = saleIn({ totale: '100,00', pagamenti, ...change });
      assert.deepEqual([data.payment, data.payments, data.x_quality], [undefined, [{ amount: '60.00', by: 'card' }, { amount: '40.00', by: 'cash' }], undefined]);
    });
  }

  for (const [name, pagamenti, expected, change] of cases) {
    it(name, () => { assert.deepEqual(paymentsOf(saleIn({ totale: '100,00', pagamenti, ...change })), expected); });
  }

  it('follows the paths of the form', () => {
    const body = { totale: '100,00', incassi: [{ come: { nome: 'carta' }, quanto: '75,00' }, { come: { nome: 'contante' }, quanto: '25,00' }] };
    const paths = { payment: 'incassi[].come.nome', paymentAmount: 'incassi[].quanto' };
    assert.deepEqual(paymentsOf(saleIn(body, { paths })), ['split', 7_500, 2_500, undefined]);
    assert.deepEqual(paymentsOf(saleIn(body, { paths: { ...paths, paymentAmount: '' } })), ['other', ...none], 'amounts that nobody says where to find are nobody\'s mistake');
    const apart = { totale: '100,00', tipi: ['carta', 'contante'], importi: ['75,00', '25,00'] };
    assert.deepEqual(paymentsOf(saleIn(apart, { paths: { payment: 'tipi[]', paymentAmount: 'importi[]' } })), doubtful, 'two lists are no pairs');
  });

  it('is one event, the same one each time', () => {
    const body = { totale: '100,00', pagamenti: [card('60,00'), cash('40,00')] };
    assert.equal(saleIn(body).id, saleIn({ ...body, pagamenti: [...body.pagamenti].reverse() }).id);
  });

  it('shows in the shares, to the cent and in one order', async () => {
    const store = await memoryStore();
    const at = { dataOra: '22/11/2026 12:30:00', apertura: null, chiusura: null };
    await receive(store, [saleIn({ ...at, totale: '100,00', pagamenti: [card('60,00'), cash('40,00')] })]);
    const { revenue, orders, card_share, cash_share, other_share } = await numbersAt(store, '1d');
    assert.deepEqual({ revenue, orders, card_share, cash_share, other_share }, { revenue: 100, orders: 1, card_share: 0.6, cash_share: 0.4, other_share: 0 });
  });
});

/** Sums in minor units of one fact. */
function sumsOf(fact: Fact | undefined): { paid: number; card: number; cash: number } {
  const sums: Record<string, number> = {};
  for (const { field, value } of fact === undefined ? [] : contributionsOf(fact, MEASURES)) sums[field] = (sums[field] ?? 0) + value;
  return { paid: sums['paid'] ?? 0, card: sums['card_paid'] ?? 0, cash: sums['cash_paid'] ?? 0 };
}

interface Version {
  readonly stato: string;
  readonly card: number;
  readonly cash: number;
  readonly voucher: number;
  /** Whether each payment says its amount. */
  readonly says: 'amounts' | 'kinds';
}

const decimal = (cents: number): string => `${String(Math.floor(cents / 100))},${String(cents % 100).padStart(2, '0')}`;
const partsOf = ({ card: byCard, cash: inCash, voucher }: Version): [string, number][] => (
  [['ELETTRONICO', byCard], ['CONTANTI', inCash], ['BUONO', voucher]] as [string, number][]).filter(([, cents]) => cents > 0);

function bodyOf(version: Version, minute: number): Body {
  const pagamenti = partsOf(version).map(([tipo, cents]) => (version.says === 'amounts' ? { tipo, importo: decimal(cents) } : { tipo }));
  const totale = decimal(version.card + version.cash + version.voucher);
  return { stato: version.stato, totale, pagamenti, dataOra: `20/11/2026 12:${String(minute).padStart(2, '0')}:00`, apertura: '20/11/2026 11:00:00', chiusura: null };
}

/** What the newest version says that is paid or voided; several kinds without amounts are neither card nor cash. */
function newestPaid(versions: readonly Version[]): { paid: number; card: number; cash: number } {
  const newest = [...versions].reverse().find(({ stato }) => stato !== 'aperto');
  if (newest?.stato !== 'completo') return { paid: 0, card: 0, cash: 0 };
  const paid = newest.card + newest.cash + newest.voucher;
  const isVague = newest.says === 'kinds' && partsOf(newest).length > 1;
  return isVague ? { paid, card: 0, cash: 0 } : { paid, card: newest.card, cash: newest.cash };
}

describe('versions of a receipt paid in several ways', () => {
  const cents = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 99_999 }));
  const version = fc.record({
    stato: fc.constantFrom('completo', 'completo', 'aperto', 'annullato'), card: cents, cash: cents, voucher: cents, says: fc.constantFrom('amounts', 'amounts', 'kinds'),
  }).filter(({ card: byCard, cash: inCash, voucher }) => byCard + inCash + voucher > 0);
  const stories = fc.array(version, { minLength: 1, maxLength: 5 }).chain((versions) => (
    fc.tuple(fc.constant(versions), fc.array(fc.nat(versions.length - 1), { maxLength: 4 }).chain((again) => (
      fc.shuffledSubarray([...versions.keys(), ...again], { minLength: versions.length + again.length })))))) as fc.Arbitrary<[Version[], number[]]>;

  it('count as the newest one says that is paid or voided, in any order and however often', () => {
    fc.assert(fc.property(stories, ([versions, order]) => {
      const events = versions.map((one, minute) => saleIn(bodyOf(one, minute)));
      let fact: Fact | undefined;
      for (const index of order) {
        const event = events[index];
        if (event !== undefined) fact = mergeEvent(fact, event, 'EUR');
      }
      assert.deepEqual(sumsOf(fact), newestPaid(versions));
    }), { numRuns: 300 });
  });

  it('replace each other in the numbers of the shop', async () => {
    const store = await memoryStore();
    const sharesAfter = async (minute: number, pagamenti: readonly Paid[]): Promise<(number | null | undefined)[]> => {
      const dataOra = `22/11/2026 12:${String(minute)}:00`;
      await receive(store, [saleIn({ totale: '100,00', pagamenti, dataOra, apertura: '22/11/2026 12:00:00', chiusura: null })]);
      const { orders, card_share, cash_share, other_share } = await numbersAt(store, '1d', { now: NOW });
      return [orders, card_share, cash_share, other_share];
    };
    assert.deepEqual(await sharesAfter(20, [card('60,00'), cash('40,00')]), [1, 0.6, 0.4, 0]);
    assert.deepEqual(await sharesAfter(21, [cash('100,00')]), [1, 0, 1, 0], 'then in cash after all');
    assert.deepEqual(await sharesAfter(22, [card('30,00'), { tipo: 'BUONO', importo: '70,00' }]), [1, 0.3, 0, 0.7], 'then in other ways');
    assert.deepEqual(await sharesAfter(15, [card('100,00')]), [1, 0.3, 0, 0.7], 'an older one that comes late');
    assert.deepEqual(await sharesAfter(23, [{ tipo: 'CARTA' }, { tipo: 'CONTANTI' }]), [1, 0, 0, 1], 'then nobody knows how much of each');
  });
});

describe('what a program says of a sale paid in several ways', () => {
  const sale = (data: Body): ShopEvent => only(send({
    provider: 'events', body: { specversion: '1.0', id: 'a/1', source: 'urn:a', type: 'sale', subject: 'order/1', time: '2026-11-22T11:00:00Z', data: { store: 'asti', amount: '100.00', ...data } },
  }));
  const cases: readonly (readonly [Body, number, number])[] = [
    [{ payment: 'split', x_card_minor: 6_000, x_cash_minor: 4_000 }, 6_000, 4_000],
    [{ payment: 'split', x_card_minor: 10_000 }, 10_000, 0],
    [{ payment: 'split', x_card_minor: 10_001, x_cash_minor: -1 }, 0, 0],
    [{ payment: 'split', x_card_minor: 0.5, x_cash_minor: '4000' }, 0, 0],
    [{ payment: 'card', x_cash_minor: 4_000 }, 10_000, 0],
  ];
  for (const [data, byCard, inCash] of cases) {
    it(JSON.stringify(data), () => { assert.deepEqual(sumsOf(mergeEvent(undefined, sale(data), 'EUR')), { paid: 10_000, card: byCard, cash: inCash }); });
  }
});
