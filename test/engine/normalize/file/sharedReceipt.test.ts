/** Rows of a table that share a receipt: its lines, its means of payment, and what was voided of it. */
import assert from 'node:assert/strict';
import { lettersOf } from '../../../../engine/deadletter/deadLetter.js';
import { sequenceKey, type ShopEvent } from '../../../../engine/event/event.js';
import type { NormalizedBody } from '../../../../engine/normalize/normalize.js';
import { contextOf, NOW, only, rules, send } from '../../../fixtures/normalizing.js';

const file = (body: string | Uint8Array, headers: Record<string, string> = {}, context = contextOf()): NormalizedBody => send({ provider: 'batch', body, headers, context });
const table = (...lines: string[]): string => lines.join('\r\n');
const HEAD = 'Data;Ora;Cassa;Scontrino;Totale;Pagamento';
const row = (change: Partial<Record<'date' | 'clock' | 'till' | 'number' | 'total' | 'paid', string>> = {}): string => {
  const { date = '05/03/2026', clock = '10:00:07', till = '4', number = '12', total = '7,50', paid = 'Carta' } = change;
  return [date, clock, till, number, total, paid].join(';');
};
const summary = ({ type, subject, data }: ShopEvent): string => [type, subject, data.amount].join(' ');

describe('batch: rows that share a receipt', () => {
  const LINES = 'Data;Ora;Cassa;Scontrino;Descrizione;Quantità;Totale;Pagamento';
  const line = (number: string, total: string, quantity = '1', paid = 'Carta', clock = '10:00'): string => `05/03/2026;${clock};4;${number};Caffè;${quantity};${total};${paid}`;

  it('add up, the same line twice too', () => {
    const { events } = file(table(LINES, line('1', '1,10'), line('1', '1,10'), line('1', '0,80', '2', 'Contanti', '10:01'), line('2', '3,00')));
    assert.deepEqual(events.map(summary), ['sale receipt/1/2026-03-05T10:00 3.00', 'sale receipt/2/2026-03-05T10:00 3.00']);
    assert.deepEqual([events[0]?.data.quantity, events[0]?.time], [4, '2026-03-05T09:00:00.000Z']);
    const split = ['payment', 'x_card_minor', 'x_cash_minor'].map((field) => (events[0]?.data as Record<string, unknown> | undefined)?.[field]);
    assert.deepEqual([...split, events[1]?.data.payment], ['split', 220, 80, 'card']);
  });

  const STATES = 'Data;Ora;Cassa;Scontrino;Descrizione;Totale;Stato';
  const stated = (name: string, total: string, state: string, clock = '10:00'): string => `05/03/2026;${clock};4;1;${name};${total};${state}`;
  const voids: readonly (readonly [what: string, rows: readonly string[], events: readonly string[]])[] = [
    ['lines that were voided are no part of it', [stated('Tè', '2,00', 'completo'), stated('Caffè', '1,10', 'annullato')], ['completed 2.00']],
    ['lines that all come again are a receipt that was voided', ['completo', 'annullato'].flatMap((state) => [stated('Tè', '2,00', state), stated('Caffè', '1,10', state, '10:04')]), ['completed 3.10', 'voided 3.10']],
    ['lines that come again a minute later are, too', [stated('Pane', '5,00', 'completo', '12:40'), stated('Pane', '5,00', 'annullato', '12:41')], ['completed 5.00', 'voided 5.00']],
    ['lines that come again with a minus are, too', [stated('Tè', '2,00', 'completo'), stated('Caffè', '1,10', 'completo'), ...[stated('Tè', '-2,00', 'annullato', '10:05'),
      stated('Caffè', '-1,10', 'annullato', '10:05')]], ['completed 3.10', 'voided 3.10']],
    ['of lines that come again in part only those were voided', [stated('Tè', '2,00', 'completo'), stated('Caffè', '1,10', 'completo'), stated('Caffè', '1,10', 'annullato', '10:05')], ['completed 3.10']],
    ['lines that are all voided are, too', [stated('Tè', '2,00', 'annullato'), stated('Caffè', '1,10', 'annullato', '10:04')], ['voided 3.10']],
  ];
  for (const [what, rows, expected] of voids) {
    it(what, () => {
      assert.deepEqual(file(table(STATES, ...rows)).events.map(({ data }) => `${String(data.status)} ${String(data.amount)}`), expected);
    });
  }

  it('are voided as the receipt that they are, though taken back minutes later, over midnight too, or by their type', () => {
    const tables: readonly (readonly [heading: string, ...rows: string[]])[] = [
      [STATES, stated('Pane', '5,00', 'completo', '12:40'), stated('Pane', '5,00', 'annullato', '12:45')],
      [STATES, '04/03/2026;23:55;4;1;Pane;5,00;completo', '05/03/2026;00:02;4;1;Pane;5,00;annullato'],
      ['Data;Ora;Cassa;Scontrino;Descrizione;Totale;Tipo', stated('Pane', '5,00', 'Vendita', '12:40'), stated('Pane', '5,00', 'Annullato', '12:45')],
    ];
    for (const [heading, ...rows] of tables) {
      const [sale, voided] = file(table(heading, ...rows)).events;
      assert.ok(sale !== undefined && voided !== undefined);
      assert.deepEqual([sale.subject, sale.time, voided.data.status], [voided.subject, voided.time, 'voided']);
      assert.ok(sequenceKey(sale.sequence) < sequenceKey(voided.sequence), `${sale.sequence} ${voided.sequence}`);
    }
  });

  it('lose a line whose type says that it was voided', () => {
    const rows = [stated('Tè', '2,00', 'Vendita'), stated('Caffè', '1,10', 'Annullato')];
    assert.deepEqual(file(table('Data;Ora;Cassa;Scontrino;Descrizione;Totale;Tipo', ...rows)).events.map(summary), ['sale receipt/1/2026-03-05T10:00 2.00']);
  });

  it('are later versions with every line more, also of one that was voided; a receipt that never was is later than all', () => {
    const rows = [stated('Tè', '2,00', 'completo'), stated('Caffè', '1,10', 'completo', '10:04'), stated('Latte', '0,50', 'completo', '10:09')];
    const files = [rows.slice(0, 1), rows.slice(0, 2), rows, [...rows, stated('Pane', '1,00', 'annullato', '10:09')], rows.map((row) => row.replace('completo', 'annullato'))];
    const sequences = files.map((some) => sequenceKey(only(file(table(STATES, ...some))).sequence));
    assert.deepEqual([...new Set(sequences)].sort(), sequences);
  });

  it('are refused together', () => {
    const outcome = file(table(LINES, line('1', '1,10'), line('2', '3,00'), line('1', 'x')));
    assert.deepEqual(outcome.events.map(summary), ['sale receipt/2/2026-03-05T10:00 3.00']);
    assert.deepEqual(outcome.refusals.map(({ index, rule }) => [index, rule]).sort(), [[0, 'receipt.line'], [2, 'number.form']]);
  });

  it('may all say the whole total', () => {
    const head = 'Data;Scontrino;Articolo;Totale scontrino';
    assert.equal(only(file(table(head, '05/03/2026 10:00;1;A;9,00', '05/03/2026 10:00;1;B;9,00'))).data.amount, '9.00');
    assert.deepEqual(rules(file(table(head, '05/03/2026 10:00;1;A;9,00', '05/03/2026 10:00;1;B;8,00'))), ['/Totale scontrino receipt.total', '/Totale scontrino receipt.total']);
  });

  it('without a column of lines are repetitions, versions, or nobody knows', () => {
    const twice = file(table(HEAD, row(), row()));
    assert.equal(new Set(twice.events.map(({ id }) => id)).size, 1);
    assert.deepEqual(rules(file(table(HEAD, row(), row({ total: '2,00' })))), [' receipt.twice', ' receipt.twice']);
    const sender = { provider: 'batch', topic: '', receivedAt: NOW, name: () => 'n', seal: (content: Uint8Array) => Buffer.from(content).toString() };
    const [first] = lettersOf(file(table(HEAD, row(), row({ total: '2,00' }))), Buffer.from('the file'), sender);
    assert.deepEqual(rules(file(first?.sealed ?? '')), [' receipt.twice', ' receipt.twice']);
    const versions = file(table('Data;Scontrino;Totale;Stato', '05/03/2026 10:00;1;0,00;aperto', '05/03/2026 10:30;1;9,00;chiuso'));
    assert.deepEqual(versions.events.map(({ data }) => data.status), ['open', 'completed']);
  });

  it('go in again from their letters as one receipt', () => {
    const bad = file(table(LINES, line('1', '1,10'), line('1', '1,40', 'due')));
    const sender = { provider: 'batch', topic: '', receivedAt: NOW, name: () => 'n', seal: (content: Uint8Array) => Buffer.from(content).toString() };
    const letters = lettersOf(bad, Buffer.from('the file'), sender);
    assert.deepEqual(letters.map(({ reason }) => reason), ['receipt.line', 'number.form']);
    const [other, whole] = letters.map(({ sealed = '' }) => file(sealed.replace('due', '2'), { 'content-type': 'text/csv' }));
    assert.deepEqual(whole?.events.map(summary), ['sale receipt/1/2026-03-05T10:00 2.50']);
    assert.deepEqual([other?.events, other?.refused], [[], 0]);
  });
});
