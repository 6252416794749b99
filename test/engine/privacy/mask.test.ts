/** What is shown of what a sender sent: the sale, not whom it is about. */
import assert from 'node:assert/strict';
import { MASK, maskContent, MAX_LINES } from '../../../engine/privacy/mask.js';

const shown = (value: unknown, path = ''): string => maskContent(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), path).lines.map(({ text }) => text).join('\n');

describe('masked content', () => {
  const HIDDEN: readonly [what: string, value: object, secret: string][] = [
    ['a person’s name', { customer: { first: 'Giulia' } }, 'Giulia'],
    ['a surname in Italian', { cognome: 'Bianchi' }, 'Bianchi'],
    ['an e-mail address under any name', { x: 'a@b.it' }, 'a@b'],
    ['a telephone number under any name', { x: '+39 333 123 4567' }, '333'],
    ['a tax code', { x: 'RSSMRA80A01F205X' }, 'RSSMRA'],
    ['an IBAN', { conto: 'IT60X0542811101000000123456' }, 'IT60'],
    ['an address of the Internet', { x: '93.40.1.2' }, '93.40'],
    ['free text', { x: 'lasciare dalla vicina' }, 'vicina'],
    ['a note', { note: 'Giulia' }, 'Giulia'],
    ['who stood at the till', { operatore: 'Marco', staff: { id: 7 } }, 'Marco'],
    ['a token', { access_token: 'abc' }, 'abc'],
    ['a long code that may open something', { x: 'a'.repeat(64) }, 'aaaa'],
    ['a link', { x: 'https://shop.example/u/giulia' }, 'giulia'],
    ['a name as a field', { 'mario.rossi@example.it': 1 }, 'mario'],
    ['lists of people', { customers: ['Giulia', 'Marco'] }, 'Marco'],
    ['a card', { x: 4_111_111_111_111_111 }, '4111'],
  ];
  for (const [what, value, secret] of HIDDEN) {
    it(`hides ${what}`, () => {
      const text = shown(value);
      assert.ok(!text.includes(secret) && text.includes(MASK), text);
    });
  }

  it('shows what a sale is about', () => {
    const sale = { id: 'scontrino-7', total: '12,5o', when: '28/11/2026 10:15', line_items: [{ name: 'Pizza Margherita', price: 8.5, sku: 'P-1' }], cancelled_at: 'never', status: 'paid', currency: 'EUR', empty: {} };
    for (const part of ['scontrino-7', '12,5o', '28/11/2026 10:15', 'Pizza Margherita', '8.5', 'P-1', 'paid', 'never', 'EUR', '"empty": {}']) assert.ok(shown(sale).includes(part), part);
    assert.equal(maskContent(Buffer.from(JSON.stringify(sale)), '').masked, 0);
  });

  it('marks the place that is wrong, and says how much is masked', () => {
    const { lines, masked } = maskContent(Buffer.from(JSON.stringify({ data: { 'a/b': [1, 'x'], email: 'a@b.it' } })), '/data/a~1b/1');
    assert.deepEqual(lines.filter(({ mark }) => mark === 'wrong').map(({ text }) => text.trim()), ['"x"']);
    assert.equal(masked, 1);
  });

  it('shows of a table the columns, and of XML the tags', () => {
    assert.equal(shown('data;cliente;totale\n28/11/2026;Giulia Bianchi;12,50'), `data;cliente;totale\n28/11/2026;${MASK} ${MASK};12,50`);
    assert.equal(shown('<a tipo="Rossi"><n>Mario</n><t>12.50</t></a>'), `<a tipo="${MASK}"><n>${MASK}</n><t>12.50</t></a>`);
    assert.equal(shown('Mario Rossi 12,50'), `${MASK} ${MASK} 12,50`);
  });

  it('is bounded', () => {
    const { lines, more } = maskContent(Buffer.from(JSON.stringify(Array.from({ length: 1_000 }, (_, index) => index))), '');
    assert.deepEqual([lines.length, more], [MAX_LINES, 1_002 - MAX_LINES]);
    assert.deepEqual(maskContent(Buffer.alloc(2 * 1024 * 1024, 0x31), '').lines, []);
    assert.ok(maskContent(Buffer.from('['.repeat(5_000)), '').lines.length > 0);
  });
});
