/** The shop node: who the shop is, and the key that never leaves it. */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import helper from 'node-red-node-test-helper';
import { HOUR, parseInstant } from '../../../engine/base/time.js';
import { RECORD_RULES } from '../../../engine/kpi/systemOfRecord.js';
import { readCalendar } from '../../../nodes/06-shop/calendar.js';
import { CALENDAR_RULES, readConfig, type ShopConfig } from '../../../nodes/06-shop/config.js';
import { formScript } from '../../../nodes/06-shop/formScript.js';
import shopNode from '../../../nodes/06-shop/shop.js';
import { keptSecret, privacyKeyOf } from '../../../nodes/06-shop/privacyKey.js';
import type { ShopPort } from '../../../nodes/shared/ports.js';
import { packageFolder, ROOT } from '../../support/package.js';
import { eachInNodeRed, names, portIn } from '../../support/testNodeRed.js';
import { inEnvironment } from '../../support/environment.js';

describe('shop form', () => {
  const saved = { id: 'n', type: 'bottega-shop', version: 1 };
  const read = (fields: object, environment: Record<string, string> = {}, secrets: Record<string, string> = {}): ShopConfig =>
    readConfig({ ...saved, ...fields }, secrets, environment);

  const open = { opens: 'hours', hours: ['', '09:00-12:30, 15:30-19:30', '', '', '19:00-02:00', '', ''] };
  const cena = { name: 'cena', from: '18:00', to: '02:00' };

  it('has a default for everything', () => {
    assert.deepEqual(read({}), {
      tenant: 'shop', name: '', sector: 'retail', zone: 'Europe/Rome', currency: 'EUR', cutoffMinutes: 0,
      calendar: { opening: { holidays: 'open', closures: [], exceptions: [] }, shifts: [] },
      stores: [{ id: 'negozio', name: 'Negozio', aliases: [] }], records: [],
      staff: 'ignored',
      names: { limits: { stores: 200, channels: 20, sources: 1_000, products: 5_000 }, beyond: 'refuse' },
    });
  });

  it('reads how many names may come that nobody declared, and what becomes of the others', () => {
    const { limits, beyond } = read({ others: 'other' }, { BOTTEGA_MAX_STORES: '500' }).names;
    assert.deepEqual([limits.stores, beyond], [500, 'other']);
    assert.throws(() => read({ others: 'all' }), { name: 'ConfigError', field: 'others' });
  });

  it('reads whether it counts who sold', () => {
    assert.equal(read({ staff: 'counted' }).staff, 'counted');
    assert.throws(() => read({ staff: true }), { name: 'ConfigError', field: 'staff' });
  });

  it('reads a calendar', () => {
    const { calendar } = read({ ...open, cutoff: '04:00', holidays: 'sunday', patron: '7/12', closures: [{ from: '2026-08-10', to: '2026-08-24', name: '' }], shifts: [cena] });
    assert.deepEqual(calendar.shifts, [{ name: 'cena', from: 1_080, to: 1_560 }]);
    assert.deepEqual(calendar.opening.week, [[], [{ from: 540, to: 750 }, { from: 930, to: 1_170 }], [], [], [{ from: 1_140, to: 1_560 }], [], []]);
    assert.deepEqual(calendar.opening.patronSaint, { day: 7, month: 12, name: 'Sant’Ambrogio' });
    assert.deepEqual([calendar.opening.holidays, calendar.opening.closures[0]?.name], ['sunday', 'ferie']);
    assert.equal(read({ patron: '8/1' }).calendar.opening.patronSaint?.name, 'festa patronale');
  });

  it('does not read hours that the form hides', () => {
    assert.deepEqual(read({ ...open, opens: 'always', hours: ['9-9'], closures: 'x' }).calendar.opening, { holidays: 'open', closures: [], exceptions: [] });
  });

  it('reads stores with their aliases, as a list or as text', () => {
    const stores = [{ id: ' milano-1 ', name: 'Milano', aliases: '12, Corso Buenos Aires,' }, { id: 'monza', name: '', aliases: ['13'] }];
    assert.deepEqual(read({ stores }).stores, [
      { id: 'milano-1', name: 'Milano', aliases: ['12', 'Corso Buenos Aires'] },
      { id: 'monza', name: 'monza', aliases: ['13'] },
    ]);
  });

  it('reads whose sales count, by the store\'s own name', () => {
    const stores = [{ id: 'milano-1', name: '', aliases: '12' }];
    const records = [{ store: '12', channel: 'pos', source: 'cassa' }, { store: '_', channel: '', source: 'shopify' }];
    assert.deepEqual(read({ stores, records }).records, [{ store: 'milano-1', channel: 'pos', source: 'cassa' }, { store: '*', channel: '*', source: 'shopify' }]);
  });

  const zones: [string, Record<string, string>, string][] = [
    ['${TZ_SHOP}', { TZ_SHOP: 'Europe/Lisbon' }, 'Europe/Lisbon'],
    ['${TZ_SHOP}', {}, 'Europe/Rome'],
    ['', { TZ_SHOP: 'Europe/Lisbon' }, 'Europe/Lisbon'],
    ['Atlantic/Azores', { TZ_SHOP: 'Europe/Lisbon' }, 'Atlantic/Azores'],
  ];
  for (const [zone, environment, expected] of zones) {
    it(`takes zone "${zone}" for ${expected} where TZ_SHOP is ${environment['TZ_SHOP'] ?? 'not set'}`, () => {
      assert.equal(read({ zone }, environment).zone, expected);
    });
  }

  it('prefers its own secret to the environment\'s', () => {
    const environment = { BOTTEGA_PRIVACY_KEY: 'from outside' };
    assert.equal(read({}, environment, { privacyKey: 'own' }).privacySecret, 'own');
    assert.equal(read({}, environment, { privacyKey: '' }).privacySecret, 'from outside');
  });

  const broken: [string, object][] = [
    ['tenant', { tenant: 'a/b' }], ['tenant', { tenant: '_' }], ['tenant', { tenant: '' }], ['sector', { sector: 'bank' }],
    ['zone', { zone: 'Europe/Bergamo' }], ['zone', { zone: '${OTHER}' }], ['currency', { currency: 'eur' }],
    ['cutoff', { cutoff: '24:00' }], ['cutoff', { cutoff: '4' }], ['cutoff', { cutoff: '04:30' }],
    ['stores', { stores: 'milano' }], ['stores', { stores: [{ id: '' }] }], ['stores', { stores: [{ id: 'a+b' }] }], ['stores', { stores: [null] }],
    ['stores', { stores: [{ id: 'a' }, { id: 'a' }] }], ['stores', { stores: [{ id: 'a', aliases: 'b' }, { id: 'b' }] }],
    ['stores', { stores: [{ id: 'a', aliases: [1] }] }], ['version', { version: 9 }],
    ['records', { records: 'cassa' }], ['records', { records: [{ store: '*', channel: '*', source: '' }] }], ['records', { records: [{ store: 'a/b', channel: '*', source: 'cassa' }] }],
    ['opens', { opens: 'never' }], ['hours', { opens: 'hours' }], ['hours', { opens: 'hours', hours: ['9-13'] }], ['hours', { opens: 'hours', hours: Array(7).fill('') }],
    ['hours.tuesday', { ...open, hours: ['', '25:00-26:00', '', '', '', '', ''] }], ['hours.sunday', { ...open, hours: ['10-13', '', '', '', '', '', '19-11'] }],
    ['hours.tuesday', { ...open, hours: ['', '09:00-13:00, 12:00-19:00', '', '', '', '', ''] }], ['hours.friday', { ...open, hours: ['', '', '', '', '9:00-9:00', '', ''] }],
    ['holidays', { ...open, holidays: 'half' }], ['patron', { patron: '30/02' }], ['patron', { patron: 7 }],
    ['closures', { ...open, closures: [{ from: '2026-08-24', to: '2026-08-10' }] }], ['closures', { ...open, closures: {} }], ['closures', { ...open, closures: [null] }],
    ['exceptions', { ...open, exceptions: [{ date: '2026-12-24', hours: '' }, { date: '2026-12-24', hours: '9-13' }] }], ['exceptions', { ...open, exceptions: 'x' }],
    ['shifts', { shifts: [cena] }], ['shifts', { cutoff: '04:00', shifts: [cena, cena] }], ['shifts', { shifts: [{ name: 'pranzo', from: '11:30', to: '16:00' }] }], ['shifts', { shifts: 1 }],
  ];
  for (const [field, fields] of broken) {
    it(`names ${field} in ${JSON.stringify(fields)}`, () => {
      assert.throws(() => read(fields), names(field));
    });
  }
});

interface BrowserShop {
  readonly readCalendar: typeof readCalendar;
  readonly form: { verdict(node: object, form: object, field: string): unknown; recordsVerdict(node: object, records: unknown): unknown };
}

describe('shop form in a browser', () => {
  const modules = formScript((path) => readFileSync(join(packageFolder(), 'dist/nodes/06-shop', `${path}.js`), 'utf8'));
  const window: { bottegaShop?: BrowserShop } = {};
  before(() => { runInNewContext(modules, { window }); });

  const forms: [what: string, form: Record<string, unknown>][] = [
    ['an empty one', {}],
    ['a sound one', { opens: 'hours', hours: ['9-13', '', '', '', '', '', ''], patron: '24/6', shifts: [{ name: 'cena', from: '18', to: '02' }] }],
    ['a broken one', { opens: 'hours', hours: ['9-9', '', '', '', '', '', ''], holidays: '?', patron: '31/4', closures: [{}], exceptions: [{}], shifts: [{}] }],
  ];
  for (const [what, form] of forms) {
    it(`reads ${what} as the runtime does`, () => {
      assert.equal(JSON.stringify(window.bottegaShop?.readCalendar(form, 240)), JSON.stringify(readCalendar(form, 240)));
    });
  }

  it('names the day and the reason', () => {
    const node = { _: (key: string, values?: object): string => `${key}${values === undefined ? '' : JSON.stringify(values)}` };
    const verdict = (form: object, field: string): unknown => window.bottegaShop?.form.verdict(node, form, field);
    const broken = { opens: 'hours', hours: ['', '', '9-9', '', '', '', ''], patron: '30/02', cutoff: '00:00' };
    assert.equal(verdict(broken, 'hours'), 'shop.day.2: shop.calendar.equal{"where":"9-9"}');
    assert.equal(verdict(broken, 'patron'), 'shop.calendar.date{"where":"30/02"}');
    assert.equal(verdict(broken, 'shifts'), true);
  });

  const records: [rows: unknown, verdict: true | string][] = [
    [undefined, true], [[{ store: '_', channel: 'pos', source: 'cassa' }], true],
    [[{ store: '*', channel: '*', source: '' }], 'shop.record.source{"where":""}'], [[{ store: 'a/b', channel: '*', source: 'x' }], 'shop.record.store{"where":"a/b"}'],
  ];
  for (const [rows, expected] of records) {
    it(`judges the systems of record ${JSON.stringify(rows)} as the runtime does`, () => {
      const node = { _: (key: string, values: object): string => key + JSON.stringify(values) };
      assert.equal(window.bottegaShop?.form.recordsVerdict(node, rows), expected);
    });
  }

  it('finds every name it uses', () => {
    const used = [...readFileSync(join(ROOT, 'nodes/06-shop/form.js'), 'utf8').matchAll(/\bexports\.(\w+)/g)].map(([, name = '']) => name);
    assert.ok(used.length > 5);
    assert.deepEqual(used.filter((name) => !(name in (window.bottegaShop ?? {}))), []);
  });

  for (const language of ['it', 'en-US']) {
    it(`has words for every rule in ${language}`, () => {
      const { shop } = JSON.parse(readFileSync(join(ROOT, `nodes/06-shop/locales/${language}/shop.json`), 'utf8')) as { shop: { calendar: object; record: object } };
      assert.deepEqual(Object.keys(shop.calendar).sort(), Object.keys(CALENDAR_RULES).sort());
      assert.deepEqual(Object.keys(shop.record).sort(), Object.keys(RECORD_RULES).sort());
    });
  }
});

describe('shop node', () => {
  const home = eachInNodeRed();

  async function load(fields: object, secrets: object = {}): Promise<ShopPort> {
    await helper.load(shopNode, [{ id: 'shop', type: 'bottega-shop', version: 1, ...fields }], { shop: secrets });
    return portIn('shop') as ShopPort;
  }

  it('gives a bar\'s night to the evening before, through the change of clocks', async () => {
    const { calendar } = await load({ zone: 'Europe/Rome', cutoff: '04:00', sector: 'restaurant' });
    const night = calendar.windowAt('1d', parseInstant('2026-10-25T01:30:00Z') ?? 0);
    assert.deepEqual(night, { start: parseInstant('2026-10-24T04:00:00+02:00'), end: parseInstant('2026-10-25T04:00:00+01:00') });
  });

  it('offers its opening hours and its shifts', async () => {
    const hours = ['', '12:00-15:00, 19:00-01:00', '', '', '', '', ''];
    const { calendar, opening } = await load({ cutoff: '04:00', opens: 'hours', hours, shifts: [{ name: 'cena', from: '18:00', to: '02:00' }] });
    const night = parseInstant('2026-11-25T00:30:00+01:00') ?? 0;
    assert.deepEqual([opening.isOpen(night), opening.isOpen(night + HOUR), calendar.shiftAt(night)], [true, false, 'cena']);
    assert.equal(opening.holiday(parseInstant('2026-12-25T12:00:00+01:00') ?? 0), 'Natale di Gesù');
  });

  it('derives its key from the given text', async () => {
    const { privacyKey } = await load({}, { privacyKey: 'una frase lunga e segreta' });
    assert.deepEqual(privacyKey, privacyKeyOf('una frase lunga e segreta'));
    assert.equal(privacyKey.length, 32);
    assert.notDeepEqual(privacyKey, privacyKeyOf('una frase lunga e segretA'));
  });

  it('generates a key once, for this user alone, where none is given', async () => {
    const { privacyKey } = await inEnvironment({ BOTTEGA_PRIVACY_KEY: undefined }, () => load({}));
    const path = join(home.directory, 'bottega-privacy.key');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.match(readFileSync(path, 'utf8'), /^[0-9a-f]{64}\n$/);
    assert.deepEqual(privacyKeyOf(keptSecret(home.directory)), privacyKey);
  });
});
