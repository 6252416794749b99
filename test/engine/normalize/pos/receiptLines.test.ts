/** What a till's receipt sold, by the mapping of its lines: what is read, what is left out, and that no receipt is refused for them. */
import assert from 'node:assert/strict';
import type { EventLine } from '../../../../engine/event/lines.js';
import type { SavedMapping } from '../../../../engine/normalize/mapping/fieldMapping.js';
import { contextOf, only, send } from '../../../fixtures/normalizing.js';

type Body = Readonly<Record<string, unknown>>;
const TILL = { idNegozio: 'bergamo', idCassa: '1', numeroScontrino: '7', dataOra: '22/11/2026 10:15' };

function saleIn(body: Body, mapping: SavedMapping = {}): ReturnType<typeof only> {
  return only(send({ provider: 'pos', body: { ...TILL, ...body }, context: contextOf(mapping) }));
}

const pizza = { sku: 'P1', descrizione: 'Margherita', reparto: 'Pizze', qta: '2', prezzo: '7,00', iva: '10' };
const PIZZA = { amount: '14.00', category: 'Pizze', name: 'Margherita', product: 'P1', quantity: 2, vatRate: '10' };

describe('lines of a receipt', () => {
  const rows: readonly (readonly [what: string, body: Body, lines: readonly EventLine[] | undefined, more?: Body])[] = [
    ['price by quantity', { totale: '14,00', righe: [pizza] }, [PIZZA]],
    ['a sum of their own', { totale: '13,00', righe: [{ ...pizza, totale: '13,00' }] }, [{ ...PIZZA, amount: '13.00', discount: '1.00' }], { discount: '1.00' }],
    ['a discount in money', { totale: '13,50', righe: [{ ...pizza, sconto: '0,50' }] }, [{ ...PIZZA, amount: '13.50', discount: '0.50' }], { discount: '0.50' }],
    ['a discount in percent', { totale: '12,60', righe: [{ ...pizza, sconto: '-10%' }] }, [{ ...PIZZA, amount: '12.60', discount: '1.40' }], { discount: '1.40' }],
    ['a discount at the foot, shared out', { totale: '15,00', sconto: '5,00', righe: [pizza, { sku: 'V', prezzo: '6,00', aliquota: '22%' }] }, [
      { ...PIZZA, amount: '10.50', discount: '3.50' }, { amount: '4.50', discount: '1.50', product: 'V', quantity: 1, vatRate: '22' },
    ], { discount: '5.00' }],
    ['a discount at the foot that repeats those of the lines', { totale: '13,50', sconto: '0,50', righe: [{ ...pizza, sconto: '0,50' }] }, [
      { ...PIZZA, amount: '13.50', discount: '0.50' },
    ], { discount: '0.50' }],
    ['weight, and a price of many decimals', { totale: '2,59', righe: [{ descrizione: 'Pane', qta: '0,740', prezzo: '3,499' }] }, [{ amount: '2.59', name: 'Pane', quantity: 0.74 }]],
    ['a fraction as rate, and a code of what is exempt', { totale: '20,00', righe: [{ sku: 'a', prezzo: '10,00', iva: '0,22' }, { sku: 'b', prezzo: '10,00', iva: 'N4' }] }, [
      { amount: '10.00', product: 'a', quantity: 1, vatRate: '22' }, { amount: '10.00', product: 'b', quantity: 1, vatRate: '0' },
    ]],
    ['what each piece had cost', { totale: '14,00', righe: [{ ...pizza, costo: '2,10' }] }, [{ ...PIZZA, cost: '4.20' }]],
    ['words between them', { totale: '14,00', righe: [pizza, { descrizione: 'senza cipolla' }] }, [PIZZA]],
    ['an article given back in exchange', { totale: '4,00', righe: [pizza, { sku: 'V', qta: '-1', prezzo: '10,00' }] }, [
      PIZZA, { amount: '-10.00', product: 'V', quantity: -1 },
    ]],
    ['a return', { totale: '-14,00', tipoDocumento: 'reso', righe: [{ ...pizza, qta: '-2' }] }, [PIZZA]],
    ['a return without a minus', { totale: '14,00', tipoDocumento: 'reso', righe: [pizza] }, [PIZZA]],
    ['a name that could be a person\'s', { totale: '14,00', righe: [{ ...pizza, descrizione: 'Asporto 347 1234567' }] }, [
      { amount: '14.00', category: 'Pizze', product: 'P1', quantity: 2, vatRate: '10' },
    ]],
    ['VAT as the receipt states it', { totale: '14,00', righe: [pizza], iva: [{ aliquota: '10', imponibile: '12,73', imposta: '1,27' }] }, [PIZZA], { taxes: [{ amount: '1.27', rate: '10' }] }],
    ['VAT of which some cannot be read', { totale: '14,00', righe: [pizza], iva: [{ aliquota: 'boh', imposta: '1,27' }] }, [PIZZA]],
    ['one whose worth cannot be read: then all are unknown', { totale: '14,00', righe: [pizza, { ...pizza, prezzo: 'omaggio' }] }, undefined],
    ['none', { totale: '14,00' }, undefined],
    ['no list', { totale: '14,00', righe: 'due pizze' }, undefined],
    ['a sum that is another', { totale: '15,00', righe: [pizza] }, [PIZZA], { x_quality: 'lines.sum' }],
  ];
  for (const [what, body, lines, more = {}] of rows) {
    it(what, () => {
      const { data: { lines: found, discount, taxes, x_quality } } = saleIn(body);
      assert.deepEqual({ found, discount, taxes, x_quality }, { found: lines, discount: undefined, taxes: undefined, x_quality: undefined, ...more });
    });
  }

  it('are found where the form says, and a tip and who sold beside them', () => {
    const paths = { linePrice: 'a.b[].p', lineVatRate: 'a.b[].v', quantity: 'a.b[].q', lineName: 'righe[].descrizione', tip: 'mancia', staff: 'cassiere' };
    const body = { totale: '22,00', mancia: '2,00', cassiere: 'Ludovica', a: { b: [{ p: '5,00', q: 4, v: 22 }] }, righe: [pizza] };
    const counting = { ...contextOf({ paths }), staffPseudonym: (name: string) => `s1:${name}` };
    const { data } = only(send({ provider: 'pos', body: { ...TILL, ...body }, context: counting }));
    assert.deepEqual([data.lines, data.tip, data.staff, data.x_quality], [[{ amount: '20.00', quantity: 4, vatRate: '22' }], '2.00', 's1:Ludovica', undefined]);
    assert.equal(saleIn(body, { paths }).data.staff, undefined);
  });
});

describe('lines of a file of receipts', () => {
  const HEADING = 'Scontrino;Data;Ora;Cassa;Codice articolo;Descrizione;Reparto;Quantità;Prezzo;Sconto;Totale;IVA';
  const fileOf = (rows: readonly string[], heading = HEADING): ReturnType<typeof send> => (
    send({ provider: 'batch', body: [heading, ...rows].join('\n'), headers: { 'content-type': 'text/csv' } }));

  it('are the rows of each', () => {
    const { events, refusals } = fileOf([
      '7;22/11/2026;10:15;1;P1;Margherita;Pizze;2;7,00;-10%;12,60;10%', '7;22/11/2026;10:15;1;;Acqua, 0,5;Bar;1;1,40;;1,40;22%', '8;22/11/2026;10:16;1;P1;Margherita;Pizze;-1;7,00;;-7,00;10%',
      ';;;;;;;;;TOTALE;7,00;',
    ]);
    assert.deepEqual(refusals, []);
    assert.deepEqual(events.map(({ type, data: { amount, quantity, discount, lines, x_quality } }) => ({ type, amount, quantity, discount, lines, x_quality })), [
      {
        type: 'sale', amount: '14.00', quantity: 3, discount: '1.40', x_quality: undefined,
        lines: [{ ...PIZZA, amount: '12.60', discount: '1.40' }, { amount: '1.40', category: 'Bar', name: 'Acqua, 0,5', quantity: 1, vatRate: '22' }],
      },
      { type: 'refund', amount: '7.00', quantity: undefined, discount: undefined, x_quality: undefined, lines: [{ ...PIZZA, amount: '7.00', quantity: 1 }] },
    ]);
  });

  const rates: readonly (readonly [what: string, cells: readonly [string, string], rates: readonly (string | undefined)[]])[] = [
    ['rates', ['22', '4'], ['22', '4']], ['rates with decimals, and what is exempt', ['10,00', 'N2.1'], ['10', '0']], ['nothing', ['', ''], [undefined, undefined]],
    ['amounts of VAT, which are none', ['4', '1,27'], [undefined, undefined]],
  ];
  for (const [what, [first, second], expected] of rates) {
    it(`have rates where their column holds such: ${what}`, () => {
      const [event] = fileOf([`7;22/11/2026;10:15;1;P1;a;b;1;7,00;;7,00;${first}`, `7;22/11/2026;10:15;1;P2;c;b;1;7,00;;7,00;${second}`]).events;
      assert.deepEqual(event?.data.lines?.map(({ vatRate }) => vatRate), expected);
    });
  }

  it('are worth price by quantity, where a column has but the receipt\'s total', () => {
    const [event] = fileOf(['7;22/11/2026;10:15;P1;2;7,00;15,00', '7;22/11/2026;10:15;V;1;1,00;15,00'], 'Scontrino;Data;Ora;SKU;Qta;Prezzo;Totale scontrino').events;
    assert.deepEqual(event?.data.lines, [{ amount: '14.00', product: 'P1', quantity: 2 }, { amount: '1.00', product: 'V', quantity: 1 }]);
  });

  it('are unknown where a row is a receipt', () => {
    const [event] = fileOf(['7;22/11/2026;10:15;14,00'], 'Scontrino;Data;Ora;Totale').events;
    assert.deepEqual([event?.data.amount, event?.data.lines], ['14.00', undefined]);
  });
});
