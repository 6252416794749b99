/** The widgets' own functions, with names from outside that every JavaScript object knows something of. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';

const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];
const AT = new Date(Date.now() - 60_000).toISOString();
const LATER = new Date(Date.now() + 3_600_000).toISOString();

interface Component {
  readonly data: () => object;
  readonly computed: Readonly<Record<string, (this: object) => unknown>>;
  readonly methods: Readonly<Record<string, (...args: never[]) => unknown>>;
}
/** A widget as Vue makes it: data and methods on it, and what is computed computed when it is asked. */
type Widget = Readonly<Record<string, unknown>> & { readonly show: (message: object) => void; readonly listen: (handler: unknown) => void };

const flow = JSON.parse(readFileSync(join(__dirname, '../flows/retail.json'), 'utf8')) as { readonly type: string; readonly name?: string; readonly format?: string }[];

function widget(name: string): Widget {
  const { format = '' } = flow.find((node) => node.type === 'ui-template' && node.name === name) ?? {};
  const script = /<script>\n(.*)<\/script>/s.exec(format)?.[1] ?? '';
  const component = runInNewContext(script.replace('export default', '(').replace(/;\s*$/, ')'), { Date, Intl, Object, Map }) as Component;
  const made: Record<string, unknown> = { ...component.data.call(undefined) };
  for (const [method, act] of Object.entries(component.methods)) made[method] = act.bind(made as never);
  for (const [field, get] of Object.entries(component.computed)) Object.defineProperty(made, field, { get: () => get.call(made) });
  return made as unknown as Widget;
}

function shownBy(name: string, message: object, field: string): readonly unknown[] {
  const one = widget(name);
  one.show(message);
  return JSON.parse(JSON.stringify(one[field])) as readonly unknown[];
}

const row = (change: object): object => ({ name: 'revenue', window: { size: '1d', start: AT, end: LATER }, store: '_', channel: '_', value: 10, unit: 'EUR', count: 1, ...change });

describe('widgets show a name from outside as it is', () => {
  it('channels and stores', () => {
    const channels = NAMES.map((channel) => row({ channel }));
    const stores = NAMES.map((store) => row({ store }));
    const names = (splits: readonly unknown[], by: string): string[] => (
      (splits as { by: string; parts: { name: string }[] }[]).find((split) => split.by === by)?.parts.map((part) => part.name) ?? []);
    assert.deepEqual(names(shownBy('Canali e pagamenti', { payload: channels }, 'splits'), 'channel'), NAMES);
    assert.deepEqual(names(shownBy('Quote', { topic: 'channel', payload: channels }, 'splits'), 'channel'), NAMES);
    assert.deepEqual(names(shownBy('Quote', { topic: 'store', payload: stores }, 'splits'), 'store'), NAMES);
  });

  it('sources and reasons', () => {
    const sources = NAMES.map((source) => ({ source: `urn:bottega:${source}:1`, trust: source, lastAt: AT, accepted: 1, duplicates: 0, rejected: 1 }));
    const reasons = NAMES.map((name) => ({ provider: name, reason: name, count: 1 }));
    const lines = shownBy('Fonti', { payload: { sources, dead: { reasons } } }, 'sources') as { name: string; trust: string; reasons: string[] }[];
    assert.deepEqual(lines.map(({ name, trust, reasons: why }) => [name, trust, why]).sort(), NAMES.map((name) => [name, '', [`${name} (1)`]]).sort());
  });

  it('senders that have never sent are listed only where they are known', () => {
    const sources = NAMES.map((source) => ({ source, accepted: 0, duplicates: 0, rejected: 0 }));
    assert.deepEqual(shownBy('Fonti', { payload: { sources } }, 'sources'), []);
  });

  it('dead letters', () => {
    const last = NAMES.map((name) => ({ id: name, reason: name, provider: name, topic: '', path: '', receivedAt: AT }));
    const letters = shownBy('Scarti', { payload: { dead: { count: 5, last } } }, 'letters') as { reason: string; from: string }[];
    assert.deepEqual(letters.map(({ reason, from }) => [reason, from.split(' · ')[0]]), NAMES.map((name) => [name, name]));
  });

  it('alerts and their history', () => {
    const alerts = NAMES.map((name) => ({ rule: name, store: name, state: 'firing', since: AT, text: `${name}. Poco.` }));
    const open = shownBy('Avvisi', { payload: { standing: alerts } }, 'open') as { title: string }[]; // vocabulary-ok: on the wire
    assert.deepEqual(open.map(({ title }) => title).sort(), NAMES.map((name) => `${name} · ${name}`).sort());
    const history = NAMES.map((name) => ({ rule: name, store: name, state: name, audience: name, at: AT, text: name }));
    const lines = shownBy('Storia', { payload: { history } }, 'lines') as { state: string; unsent: string }[];
    assert.deepEqual(lines.map(({ state, unsent }) => [state, unsent]), NAMES.map((name) => [name, 'non inviato']));
  });

  it('numbers by such names are nobody\'s card', () => {
    const cards = widget('Schede') as unknown as { merge: (message: object) => void; cards: { name: string; raw: string }[] };
    cards.merge({ payload: NAMES.map((name) => row({ name, updatedAt: AT, revision: 1 })) });
    assert.equal(cards.cards.filter(({ raw }) => raw !== '').length, 0);
  });
});
