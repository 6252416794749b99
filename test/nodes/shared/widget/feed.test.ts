/** Viewers of a widget: the state at once, each change after it, their own choice, and no more of them than there may be. */
import assert from 'node:assert/strict';
import type { KpiValue } from '../../../../engine/read/kpiValue.js';
import type { MessageListener } from '../../../../nodes/shared/ports.js';
import { MAX_COMMANDS, MAX_VIEWERS, MAX_VIEWS, WidgetFeed } from '../../../../nodes/shared/widget/feed.js';
import { LiveValues } from '../../../../nodes/shared/widget/liveValues.js';
import type { Choice, CommandOutcome, Trouble, WidgetMessage, WidgetState } from '../../../../nodes/shared/widget/wire.js';
import { eventually } from '../../../support/waiting.js';

const SHOP = { zone: 'Europe/Rome', currency: 'EUR', stores: [] };

/** A broker that keeps what was published, as a real one does. */
class Kept {
  readonly #listeners = new Map<string, Set<MessageListener>>();
  readonly #kept = new Map<string, Buffer>();

  subscribe(topic: string, listener: MessageListener): () => Promise<void> {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    const kept = this.#kept.get(topic);
    if (kept !== undefined) listener(topic, kept);
    return () => { listeners.delete(listener); return Promise.resolve(); };
  }

  publish(value: KpiValue): void {
    const topic = `bottega/prova/kpi/${value.name}/${value.window.size}/${value.store}/${value.channel}`;
    const payload = Buffer.from(JSON.stringify(value));
    this.#kept.set(topic, payload);
    for (const listener of this.#listeners.get(topic) ?? []) listener(topic, payload);
  }

  get subscribed(): number {
    return [...this.#listeners.values()].filter(({ size }) => size > 0).length;
  }
}

function revenue(value: number, revision = value, store = '_'): KpiValue {
  const window = { size: '1d' as const, start: '2026-11-22T23:00:00.000Z', end: '2026-11-23T23:00:00.000Z' };
  return { name: 'revenue', window, store, channel: '_', value, unit: 'EUR', count: 1, status: 'live', revision, updatedAt: '2026-11-23T09:10:00.000Z' };
}

class Browser {
  connected = true;
  readonly messages: WidgetMessage[] = [];

  emit(event: string, message: WidgetMessage): void {
    assert.equal(event, 'bottega:w');
    this.messages.push(message);
  }

  get states(): WidgetState[] {
    return this.messages.filter((message) => message.kind === 'state');
  }
}

class Stage {
  readonly broker = new Kept();
  reads = 0;
  fails = false;
  troubles: Trouble[] = [];
  readonly commands: string[] = [];
  outcome = (): Promise<CommandOutcome> => Promise.resolve('done');
  readonly warnings: string[] = [];
  readonly feed = new WidgetFeed({
    event: 'bottega:w', live: new LiveValues(this.broker as never, 'prova', Date.now), shop: SHOP, now: Date.now, troubles: () => this.troubles,
    warn: (text) => { this.warnings.push(text); }, changed: () => undefined,
    command: (command) => { this.commands.push(command['acknowledge'] ?? ''); return this.outcome(); },
    sourceOf: (choice: Choice) => {
      const store = choice['store'] ?? '_';
      return { key: store, source: { topics: [{ name: 'revenue', window: '1d', store, channel: '_' }], read: () => this.#read(store) } };
    },
  });

  view(browser: Browser, choice: unknown = {}, serial = 1): void {
    this.feed.take(browser, { bottega: 'view', choice, serial });
  }

  #read(store: string): Promise<unknown> {
    this.reads += 1;
    return this.fails ? Promise.reject(new Error('the store is away')) : Promise.resolve({ store, read: this.reads });
  }
}

const first = <T>(list: readonly T[]): T | undefined => list[0];

describe('widget feed', () => {
  let stage: Stage;

  beforeEach(() => { stage = new Stage(); });
  afterEach(() => { stage.feed.close(); });

  it('gives who comes the state, with what the broker kept, and reads once for all', async () => {
    stage.broker.publish(revenue(10));
    const [one, other] = [new Browser(), new Browser()];
    stage.view(one);
    stage.view(other);
    const state = await eventually(() => first(other.states));
    assert.deepEqual([state.data, state.live.map(({ value }) => value), state.troubles], [{ store: '_', read: 1 }, [10], []]);
    assert.deepEqual([one.states.length, stage.reads], [1, 1]);
    const late = new Browser();
    stage.view(late);
    assert.deepEqual(first(late.states)?.data, { store: '_', read: 1 });
  });

  it('hands on a number in the very turn it comes, and reads the rest anew, once for many', async () => {
    const browser = new Browser();
    stage.view(browser);
    await eventually(() => first(browser.states));
    for (const value of [11, 12, 13]) stage.broker.publish(revenue(value));
    assert.deepEqual(browser.messages.flatMap((message) => (message.kind === 'live' ? message.values.map(({ value }) => value) : [])), [11, 12, 13]);
    const state = await eventually(() => browser.states[1]);
    assert.deepEqual([state.data, state.live.map(({ value }) => value)], [{ store: '_', read: 2 }, [13]]);
  });

  it('takes neither what was overtaken nor a correction of a past window for the number of now', async () => {
    const browser = new Browser();
    stage.view(browser);
    await eventually(() => first(browser.states));
    stage.broker.publish(revenue(5, 5));
    stage.broker.publish(revenue(4, 4));
    const past = revenue(99, 99);
    stage.broker.publish({ ...past, window: { ...past.window, start: '2026-11-21T23:00:00.000Z', end: '2026-11-22T23:00:00.000Z' } });
    assert.deepEqual(browser.messages.flatMap((message) => (message.kind === 'live' ? message.values.map(({ value }) => value) : [])), [5]);
  });

  it('shows each viewer his own choice, and forgets one that nobody has any more', async () => {
    const [all, milan] = [new Browser(), new Browser()];
    stage.view(all);
    stage.view(milan, { store: 'milano' });
    assert.deepEqual((await eventually(() => first(milan.states))).data, { store: 'milano', read: 2 });
    assert.equal(stage.broker.subscribed, 2);
    stage.broker.publish(revenue(7, 7, 'milano'));
    assert.deepEqual([all, milan].map(({ messages }) => messages.filter(({ kind }) => kind === 'live').length), [0, 1]);
    stage.feed.take(milan, { bottega: 'leave' });
    assert.deepEqual([stage.broker.subscribed, stage.feed.viewers], [1, 1]);
  });

  it('shows the last of many choices', async () => {
    const browser = new Browser();
    for (const [index, store] of ['a', 'b', 'c', 'd'].entries()) stage.view(browser, { store }, index);
    const last = await eventually(() => browser.states.find(({ data }) => (data as { store: string }).store === 'd'));
    assert.ok(last.data);
    assert.ok(stage.reads <= 3, String(stage.reads));
  });

  it('does not answer the same message twice, which each dashboard hands on', async () => {
    const browser = new Browser();
    stage.view(browser);
    stage.view(browser);
    await eventually(() => first(browser.states));
    assert.equal(browser.states.length, 1);
  });

  it('says what is wrong, keeps what it knew, warns once, and comes back', async () => {
    const browser = new Browser();
    stage.view(browser);
    await eventually(() => first(browser.states));
    stage.fails = true;
    stage.feed.refresh();
    const failed = await eventually(() => browser.states[1]);
    assert.deepEqual([failed.data, failed.troubles], [{ store: '_', read: 1 }, ['store']]);
    stage.feed.refresh();
    await eventually(() => browser.states[2]);
    assert.deepEqual(stage.warnings, ['the store is away']);
    stage.fails = false;
    stage.troubles = ['broker'];
    stage.feed.refresh();
    assert.deepEqual((await eventually(() => browser.states[3])).troubles, ['broker']);
  });

  it('takes names such as constructor for what they are, and no message that is none', async () => {
    const browser = new Browser();
    for (const message of [null, 7, 'view', [], {}, { bottega: 'other' }, { bottega: 'leave' }]) stage.feed.take(browser, message);
    assert.equal(stage.feed.viewers, 0);
    stage.view(browser, JSON.parse('{"__proto__": "x", "constructor": "y", "store": "toString", "toolong": "' + 'x'.repeat(65) + '", "number": 7}'));
    assert.deepEqual((await eventually(() => first(browser.states))).data, { store: 'toString', read: 1 });
  });

  it('carries out a viewer’s command once and answers him', async () => {
    const browser = new Browser();
    const command = { bottega: 'command', command: { acknowledge: 'Incasso basso' }, serial: 2 };
    stage.feed.take(browser, command);
    assert.deepEqual([stage.commands, browser.messages], [[], []]);
    stage.view(browser);
    stage.feed.take(browser, command);
    stage.feed.take(browser, command);
    await eventually(() => browser.messages.find(({ kind }) => kind === 'answer'));
    stage.outcome = () => Promise.reject(new Error('the store is away'));
    stage.feed.take(browser, { ...command, serial: 3 });
    await eventually(() => browser.messages.filter(({ kind }) => kind === 'answer')[1]);
    assert.deepEqual(browser.messages.filter(({ kind }) => kind === 'answer'), [{ kind: 'answer', serial: 2, outcome: 'done' }, { kind: 'answer', serial: 3, outcome: 'failed' }]);
    assert.deepEqual([stage.commands.length, stage.warnings], [2, ['the store is away']]);
  });

  it('lets a command too many fail, and takes the next once one is done', async () => {
    const browser = new Browser();
    const waiting: ((outcome: CommandOutcome) => void)[] = [];
    stage.outcome = () => new Promise((resolve) => { waiting.push(resolve); });
    stage.view(browser, {}, 0);
    for (let serial = 1; serial <= MAX_COMMANDS + 1; serial++) stage.feed.take(browser, { bottega: 'command', command: { acknowledge: 'a' }, serial });
    assert.deepEqual([waiting.length, await eventually(() => browser.messages.find(({ kind }) => kind === 'answer'))], [MAX_COMMANDS, { kind: 'answer', serial: MAX_COMMANDS + 1, outcome: 'failed' }]);
    waiting[0]?.('refused');
    await eventually(() => browser.messages.find((message) => message.kind === 'answer' && message.outcome === 'refused'));
    stage.feed.take(browser, { bottega: 'command', command: { acknowledge: 'a' }, serial: MAX_COMMANDS + 2 });
    assert.equal(waiting.length, MAX_COMMANDS + 1);
  });

  it('refuses a viewer and a choice too many by name, and takes the next once one has left', async () => {
    const many = Array.from({ length: MAX_VIEWS }, (_, index) => ({ browser: new Browser(), store: `s${String(index)}` }));
    for (const { browser, store } of many) stage.view(browser, { store });
    const other = new Browser();
    stage.view(other, { store: 'one more' });
    assert.deepEqual(other.messages, [{ kind: 'refused', limit: 'choices' }]);
    for (let index = stage.feed.viewers; index < MAX_VIEWERS; index++) stage.view(new Browser(), { store: 's0' });
    const late = new Browser();
    stage.view(late);
    assert.deepEqual([late.messages, stage.feed.viewers], [[{ kind: 'refused', limit: 'viewers' }], MAX_VIEWERS]);
    for (const { browser } of many) browser.connected = false;
    stage.view(late, { store: 's0' }, 2);
    assert.equal((await eventually(() => first(late.states))).kind, 'state');
  });
});
