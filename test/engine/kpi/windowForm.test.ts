/** The window node's form knows the same numbers, and refuses the same rows, as the runtime. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCustomKpis } from '../../../engine/kpi/customKpis.js';
import { KPIS } from '../../../engine/kpi/builtinKpis.js';
import { isAdditive } from '../../../engine/kpi/kpi.js';

interface Form {
  readonly defaults: { readonly kpis: { validate(this: { _: (key: string) => string }, value: unknown, opt: object): true | string } };
}

async function form(): Promise<Form> {
  const html = readFileSync(join(__dirname, '../../../nodes/60-window/window.html'), 'utf8');
  const script: string = '../../../scripts/node-form.mjs';
  const { readForm } = await import(script) as { readForm: (html: string, type: string) => { definition: Form } };
  return readForm(html, 'bottega-window').definition;
}

const gift = { name: 'gift_cards', type: 'sale', value: 'amount', show: 'sum', where: [{ field: 'x_gift', op: 'is', value: 'yes' }] };
const where = (...conditions: string[]): object[] => conditions.map((text) => {
  const [field, op, value] = text.split(' ');
  return value === undefined ? { field, op } : { field, op, value };
});

describe('the form of the window node', () => {
  const rows: [saved: object[], refused: string | undefined][] = [
    [[gift], undefined],
    [[{ ...gift, name: 'Gift' }], 'kpi'],
    [[{ ...gift, name: 'revenue' }], 'taken'],
    [[gift, gift], 'taken'],
    [[{ ...gift, where: where('duration above 30', 'x_guests atMost 4', 'payment known') }], undefined],
    [[{ ...gift, where: where('source is shopify') }], undefined],
    [[{ ...gift, where: where('status above 1') }], 'kpi'],
    [[{ ...gift, where: where('duration above soon') }], 'kpi'],
    [[{ ...gift, where: where('channel is online', 'channel is pos') }], 'contradiction'],
    [[{ ...gift, where: where('channel isNot online', 'channel is online') }], 'contradiction'],
    [[{ ...gift, where: where('duration above 30', 'duration atMost 30') }], 'contradiction'],
    [[{ ...gift, show: 'per', per: 'orders' }], undefined],
    [[{ ...gift, name: 'guests', value: 'x_guests' }, { ...gift, show: 'per', per: 'guests' }], undefined],
    [[{ ...gift, show: 'per', per: 'average_ticket' }], 'divisor'],
    [[{ ...gift, show: 'per', per: 'profit' }], 'divisor'],
    [[{ ...gift, show: 'per', per: 'gift_cards' }], 'divisor'],
  ];
  for (const [saved, refused] of rows) {
    it(`${refused ?? 'takes'}: ${JSON.stringify(saved)}`, async () => {
      const verdict = (await form()).defaults.kpis.validate.call({ _: (key) => key }, saved, {});
      assert.equal(verdict, refused === undefined ? true : `window.rule.${refused}`);
      if (refused === undefined) assert.equal(readCustomKpis(saved).length, saved.length);
      else assert.throws(() => readCustomKpis(saved), { name: 'ConfigError' });
    });
  }

  it('knows every usual name as taken, and those that add up as divisors', async () => {
    const { defaults: { kpis } } = await form();
    const verdict = (row: object): true | string => kpis.validate.call({ _: (key) => key }, [row], {});
    for (const kpi of KPIS) {
      assert.equal(verdict({ ...gift, name: kpi.name }), 'window.rule.taken', kpi.name);
      assert.equal(verdict({ ...gift, show: 'per', per: kpi.name }), isAdditive(kpi) && kpi.open === undefined ? true : 'window.rule.divisor', kpi.name);
    }
  });
});
