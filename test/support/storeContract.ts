/**
 * What must every backend do alike? One suite, run against each of them.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Change, countersOf, prefixRange, scoped, type Store, textOf } from '../../engine/store/store.js';

/** The store's clock in tests: expiry happens when a test says so. */
export interface TestClock {
  at: number;
  now(): number;
}

/** A store just opened and empty. `dispose` closes it and removes what it wrote. */
export interface OpenedStore {
  readonly store: Store;
  readonly clock: TestClock;
  dispose(): Promise<void>;
}

export function testClock(at = 1_800_000_000_000): TestClock {
  return { at, now() { return this.at; } };
}

/** Runs the contract. `open` is called before each test. */
export function describeStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`store contract: ${name}`, () => {
    let opened: OpenedStore;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    describeText(() => store);
    describeCounters(() => store);
    describeExpiry(() => store, () => opened.clock);
    describeOrder(() => store);
    describeConcurrency(() => store);
    describeClosing(() => store);
  });
}

const ok = (...totals: Record<string, number>[]): unknown => ({ outcome: 'ok', totals });
const conflict = (...keys: string[]): unknown => ({ outcome: 'conflict', keys });

function describeText(store: () => Store): void {
  const table: { title: string; before?: Change[]; commit: Change[]; result: unknown; after: Record<string, unknown> }[] = [
    { title: 'puts without condition', commit: [{ key: 'a', value: '1' }], result: ok(), after: { a: '1' } },
    { title: 'keeps empty text apart from absence', commit: [{ key: 'a', value: '' }], result: ok(), after: { a: '' } },
    { title: 'overwrites', before: [{ key: 'a', value: '1' }], commit: [{ key: 'a', value: '2' }], result: ok(), after: { a: '2' } },
    { title: 'deletes', before: [{ key: 'a', value: '1' }], commit: [{ key: 'a' }], result: ok(), after: { a: undefined } },
    { title: 'deletes what is not there', commit: [{ key: 'a' }], result: ok(), after: { a: undefined } },
    { title: 'puts where absent was expected', commit: [{ key: 'a', expect: null, value: '1' }], result: ok(), after: { a: '1' } },
    {
      title: 'refuses where absent was expected', before: [{ key: 'a', value: '1' }],
      commit: [{ key: 'a', expect: null, value: '2' }], result: conflict('a'), after: { a: '1' },
    },
    {
      title: 'swaps the expected text', before: [{ key: 'a', value: '1' }],
      commit: [{ key: 'a', expect: '1', value: '2' }], result: ok(), after: { a: '2' },
    },
    { title: 'refuses where text was expected, not nothing', commit: [{ key: 'a', expect: '1', value: '2' }], result: conflict('a'), after: { a: undefined } },
    {
      title: 'deletes only the expected text', before: [{ key: 'a', value: '1' }, { key: 'b', value: '1' }],
      commit: [{ key: 'a', expect: '1' }], result: ok(), after: { a: undefined, b: '1' },
    },
    {
      title: 'writes all or nothing and names every key that moved', before: [{ key: 'a', value: '1' }, { key: 'b', value: '1' }],
      commit: [{ key: 'c', value: '1' }, { key: 'a', expect: '0', value: '2' }, { key: 'b', expect: null, value: '2' }, { key: 'n', add: { x: 1 } }],
      result: conflict('a', 'b'), after: { a: '1', b: '1', c: undefined, n: undefined },
    },
    {
      title: 'does not take counters for text', before: [{ key: 'a', add: { x: 1 } }],
      commit: [{ key: 'a', expect: '{"x":1}', value: '2' }], result: conflict('a'), after: { a: { x: 1 } },
    },
    {
      title: 'keeps any text', commit: [{ key: 'é/日本/😀', value: 'l1\nl2\t"quoted" \\ :\u0000é日本😀' }], result: ok(),
      after: { 'é/日本/😀': 'l1\nl2\t"quoted" \\ :\u0000é日本😀' },
    },
  ];
  for (const { title, before, commit, result, after } of table) {
    it(title, async () => {
      if (before !== undefined) await store().commit(before);
      assert.deepEqual(await store().commit(commit), result);
      assert.deepEqual(await store().read(Object.keys(after)), Object.values(after));
    });
  }

  it('keeps large text', async () => {
    const text = 'sale '.repeat(40_000);
    await store().commit([{ key: 'a', value: text }]);
    assert.equal((await store().read(['a']))[0], text);
    assert.deepEqual(await store().commit([{ key: 'a', expect: text, value: 'small' }]), ok());
  });

  it('answers no keys and no changes', async () => {
    assert.deepEqual(await store().read([]), []);
    assert.deepEqual(await store().commit([]), ok());
  });

  it('reads a key as often as it is asked for', async () => {
    await store().commit([{ key: 'a', value: '1' }]);
    assert.deepEqual(await store().read(['a', 'b', 'a']), ['1', undefined, '1']);
  });
}

function describeCounters(store: () => Store): void {
  it('adds up, also within a commit, and answers the new totals', async () => {
    assert.deepEqual(await store().commit([{ key: 'n', add: { x: 2, y: -3 } }]), ok({ x: 2, y: -3 }));
    assert.deepEqual(await store().commit([{ key: 'n', add: { x: 5 } }, { key: 'm', add: { x: 1 } }]), ok({ x: 7, y: -3 }, { x: 1 }));
    const twice = await store().commit([{ key: 'n', add: { x: 1 } }, { key: 'n', add: { x: 1, z: 1 } }]);
    assert.deepEqual(twice.outcome === 'ok' && twice.totals[1], { x: 9, y: -3, z: 1 });
    assert.deepEqual(await store().read(['n', 'm']), [{ x: 9, y: -3, z: 1 }, { x: 1 }]);
  });

  it('keeps zero as zero', async () => {
    await store().commit([{ key: 'n', add: { x: 0, y: 2 } }]);
    await store().commit([{ key: 'n', add: { y: -2 } }]);
    assert.deepEqual(await store().read(['n']), [{ x: 0, y: 0 }]);
  });

  it('keeps the larger value of a maximum', async () => {
    await store().commit([{ key: 'n', add: {}, max: { at: 5, low: -5 } }]);
    assert.deepEqual(await store().commit([{ key: 'n', add: { x: 1 }, max: { at: 3, low: -4 } }]), ok({ at: 5, low: -4, x: 1 }));
  });

  it('is exact up to 2^53 - 1', async () => {
    await store().commit([{ key: 'n', add: { x: Number.MAX_SAFE_INTEGER - 1 } }]);
    assert.deepEqual(await store().commit([{ key: 'n', add: { x: 1 } }]), ok({ x: Number.MAX_SAFE_INTEGER }));
  });

  for (const [title, changes] of Object.entries<Change[]>({
    'beyond the exact integers': [{ key: 'n', add: { x: Number.MAX_SAFE_INTEGER } }],
    'that are no integers': [{ key: 'n', add: { x: 0.5 } }],
    'to text': [{ key: 'text', add: { x: 1 } }],
  })) {
    it(`refuses a whole commit that adds counters ${title}, and only that one`, async () => {
      await store().commit([{ key: 'n', add: { x: 1 } }, { key: 'text', value: '1' }]);
      const [broken, other] = await Promise.allSettled([store().commit([{ key: 'a', value: '1' }, ...changes]), store().commit([{ key: 'b', value: '1' }])]);
      assert.deepEqual([broken.status, other.status], ['rejected', 'fulfilled']);
      assert.deepEqual(await store().read(['a', 'b', 'n', 'text']), [undefined, '1', { x: 1 }, '1']);
    });
  }
}

function describeExpiry(store: () => Store, clock: () => TestClock): void {
  it('reads as absent from the instant of expiry on', async () => {
    const { at } = clock();
    await store().commit([{ key: 'a', value: '1', expiresAt: at + 1_000 }, { key: 'n', add: { x: 1 }, expiresAt: at + 1_000 }]);
    clock().at = at + 999;
    assert.deepEqual(await store().read(['a', 'n']), ['1', { x: 1 }]);
    assert.deepEqual(await store().commit([{ key: 'a', expect: null, value: '2' }]), conflict('a'));
    clock().at = at + 1_000;
    assert.deepEqual(await store().read(['a', 'n']), [undefined, undefined]);
    assert.deepEqual(await store().scan(prefixRange(''), 10), []);
    assert.deepEqual(await store().commit([{ key: 'a', expect: null, value: '2' }, { key: 'n', add: { x: 5 } }]), ok({ x: 5 }));
  });

  it('keeps a counter\'s expiry until another is given', async () => {
    const { at } = clock();
    await store().commit([{ key: 'n', add: { x: 1 }, expiresAt: at + 1_000 }]);
    await store().commit([{ key: 'n', add: { x: 1 } }]);
    await store().commit([{ key: 'm', add: { x: 1 }, expiresAt: at + 1_000 }]);
    await store().commit([{ key: 'm', add: { x: 1 }, expiresAt: at + 2_000 }]);
    clock().at = at + 1_500;
    assert.deepEqual(await store().read(['n', 'm']), [undefined, { x: 2 }]);
  });

  it('forgets the expiry of text that is put again without one', async () => {
    const { at } = clock();
    await store().commit([{ key: 'a', value: '1', expiresAt: at + 1_000 }]);
    await store().commit([{ key: 'a', expect: '1', value: '2' }]);
    clock().at = at + 5_000;
    assert.deepEqual(await store().read(['a']), ['2']);
  });

  it('keeps the expiry of text that is put again to be kept as long', async () => {
    const { at } = clock();
    await store().commit([{ key: 'a', value: '1', expiresAt: at + 1_000 }, { key: 'b', value: '1' }, { key: 'c', value: '1', expiresAt: at + 1_000 }]);
    const again: Change[] = [
      { key: 'a', expect: '1', value: '2', expiresAt: 'kept' }, { key: 'b', expect: '1', value: '2', expiresAt: 'kept' },
      { key: 'c', value: '2', expiresAt: 'kept' }, { key: 'd', value: '2', expiresAt: 'kept' },
    ];
    assert.deepEqual(await store().commit(again), ok());
    assert.deepEqual(await store().read(['a', 'b', 'c', 'd']), ['2', '2', '2', '2']);
    clock().at = at + 1_000;
    assert.deepEqual(await store().read(['a', 'b', 'c', 'd']), [undefined, '2', undefined, '2']);
  });

  it('does not let expired entries use up the limit of a scan', async () => {
    const { at } = clock();
    const changes = Array.from({ length: 600 }, (_, index): Change => {
      const key = `k/${String(index).padStart(4, '0')}`;
      return index < 590 ? { key, value: '', expiresAt: at + 1 } : { key, value: '' };
    });
    await store().commit(changes);
    clock().at = at + 1;
    const found = await store().scan(prefixRange('k/'), 3);
    assert.deepEqual(found.map(({ key }) => key), ['k/0590', 'k/0591', 'k/0592']);
  });
}

function describeOrder(store: () => Store): void {
  it('scans [gte, lt) in both directions, up to the limit', async () => {
    await store().commit(['b/1', 'a', 'b/2', 'c', 'b', 'b/10'].map((key) => ({ key, value: key })));
    const keys = async (limit: number, reverse: boolean, gte = 'b', lt = 'c'): Promise<string[]> =>
      (await store().scan({ gte, lt, reverse }, limit)).map(({ key }) => key);
    assert.deepEqual(await keys(10, false), ['b', 'b/1', 'b/10', 'b/2']);
    assert.deepEqual(await keys(2, false), ['b', 'b/1']);
    assert.deepEqual(await keys(2, true), ['b/2', 'b/10']);
    assert.deepEqual(await keys(10, false, 'b/1', 'b/2'), ['b/1', 'b/10']);
    assert.deepEqual(await keys(10, false, 'x', 'z'), []);
  });

  it('orders by code unit and keeps shops apart', async () => {
    const names = ['\u{1f600}', '\ufffd', 'é', 'z', 'Z', '\ud7ff', '\ue000', '日本'];
    const milano = scoped(store(), 't/milano/');
    await milano.commit(names.map((key) => ({ key, value: key })));
    await scoped(store(), 't/monza/').commit([{ key: 'z', value: 'other' }]);
    assert.deepEqual(await milano.scan(prefixRange(''), 99), [...names].sort().map((key) => ({ key, value: key })));
    assert.deepEqual(await milano.commit([{ key: 'z', expect: null, value: '' }]), conflict('z'));
  });

  it('scans page after page without gap or repetition', async () => {
    const keys = Array.from({ length: 1_100 }, (_, index) => `k/${String(index).padStart(5, '0')}`);
    await store().commit(keys.map((key) => ({ key, add: { x: 1 } })));
    const found: string[] = [];
    for (let from = 'k/'; ;) {
      const page = await store().scan({ gte: from, lt: 'k/\uffff' }, 300);
      found.push(...page.map(({ key, value }) => (countersOf(value)['x'] === 1 ? key : '?')));
      if (page.length < 300) break;
      from = `${found.at(-1) ?? ''}\u0001`;
    }
    assert.deepEqual(found, keys);
  });
}

function describeConcurrency(store: () => Store): void {
  it('lets one of many claim a key', async () => {
    const claim = (index: number): readonly Change[] => [{ key: 'claim', expect: null, value: String(index) }, { key: 'n', add: { x: 1 } }];
    const results = await Promise.all(Array.from({ length: 60 }, (_, index) => store().commit(claim(index))));
    const winners = results.flatMap(({ outcome }, index) => (outcome === 'ok' ? [String(index)] : []));
    assert.equal(winners.length, 1);
    assert.deepEqual(await store().read(['claim', 'n']), [winners[0], { x: 1 }]);
  });

  it('loses no increment of readers that retry', async () => {
    const increment = async (): Promise<void> => {
      for (;;) {
        const text = textOf((await store().read(['n']))[0]);
        const result = await store().commit([{ key: 'n', expect: text ?? null, value: String(Number(text ?? 0) + 1) }, { key: 'sum', add: { x: 1 } }], 'soon');
        if (result.outcome === 'ok') return;
      }
    };
    await Promise.all(Array.from({ length: 40 }, increment));
    assert.deepEqual(await store().read(['n', 'sum']), ['40', { x: 40 }]);
  });

  it('equals some serial order, whatever is committed at once', async () => {
    let run = 0;
    await fc.assert(fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 12 }), async (programs) => {
      const prefix = `run${String(run++)}/`;
      await interleave(scoped(store(), prefix), programs);
    }), { numRuns: 40 });
  });
}

/** One commit: swaps a register for a value never used before and adds to a counter in the same breath. */
const step = fc.record({
  register: fc.constantFrom('r0', 'r1', 'r2'),
  counter: fc.constantFrom('c0', 'c1'),
  by: fc.integer({ min: -9, max: 9 }),
  durability: fc.constantFrom('stored' as const, 'soon' as const),
  guess: fc.constantFrom('current' as const, 'absent' as const),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Swap {
  readonly register: string;
  readonly from: string | null;
  readonly to: string;
}

/**
 * Each program runs its steps one after the other, all programs at once. Serial means: the swaps that won form one chain
 * from absence to the final text, without a fork, and each counter is the sum of the winners' additions.
 */
async function interleave(store: Store, programs: readonly Step[][]): Promise<void> {
  const swaps: Swap[] = [];
  const sums: Record<string, number> = {};
  await Promise.all(programs.map(async (steps, program) => {
    for (const [index, { register, counter, by, durability, guess }] of steps.entries()) {
      const from = guess === 'absent' ? null : (textOf((await store.read([register]))[0]) ?? null);
      const to = `${String(program)}.${String(index)}`;
      const result = await store.commit([{ key: register, expect: from, value: to }, { key: counter, add: { x: by } }], durability);
      if (result.outcome === 'conflict') {
        assert.deepEqual(result.keys, [register]);
        continue;
      }
      swaps.push({ register, from, to });
      sums[counter] = (sums[counter] ?? 0) + by;
    }
  }));
  for (const register of ['r0', 'r1', 'r2']) assert.equal(textOf((await store.read([register]))[0]) ?? null, endOfChain(swaps, register));
  for (const counter of ['c0', 'c1']) assert.equal(countersOf((await store.read([counter]))[0])['x'], sums[counter]);
}

function endOfChain(swaps: readonly Swap[], register: string): string | null {
  const own = swaps.filter((swap) => swap.register === register);
  const next = new Map(own.map(({ from, to }) => [from, to]));
  assert.equal(next.size, own.length, `two commits swapped the same state of ${register}`);
  let state: string | null = null;
  for (let steps = own.length; steps > 0; steps--) {
    const to: string | undefined = next.get(state);
    assert.ok(to !== undefined, `the chain of ${register} breaks`);
    state = to;
  }
  return state;
}

function describeClosing(store: () => Store): void {
  it('finishes what was accepted, then refuses', async () => {
    const accepted = [store().commit([{ key: 'a', value: '1' }]), store().commit([{ key: 'n', add: { x: 1 } }], 'soon')];
    const read = store().read(['b']);
    const closed = store().close();
    assert.deepEqual(await Promise.all(accepted), [ok(), ok({ x: 1 })]);
    assert.deepEqual(await read, [undefined]);
    await closed;
    for (const call of [() => store().read(['a']), () => store().commit([]), () => store().scan(prefixRange(''), 1)]) {
      await assert.rejects(call, { name: 'Fault', code: 'store.closed' });
    }
    await store().close();
  });
}
