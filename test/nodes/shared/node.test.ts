/** When is a message's turn, and when is it done? One call into a node at a time, however long the node takes for it. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { mock } from 'node:test';
import type { NodeAPI } from 'node-red';
import { type Handlers, registerNode, type SavedForm } from '../../../nodes/shared/node.js';

type Done = (error?: Error) => void;

/** A node as the runtime sees it, with a journal of what was done. */
class Place {
  readonly journal: string[] = [];
  readonly #node = new EventEmitter();

  constructor(handlers: Handlers) {
    const types: ((this: EventEmitter, saved: SavedForm) => void)[] = [];
    const RED = {
      nodes: { createNode: () => undefined, registerType: (_type: string, type: (typeof types)[number]) => { types.push(type); } },
    };
    registerNode(RED as unknown as NodeAPI, { type: 'bottega-x', readConfig: () => ({}), open: () => handlers });
    for (const type of types) type.call(this.#node, { id: 'n', type: 'bottega-x' });
  }

  send(payload: string): void {
    const done: Done = (error) => { this.journal.push(error === undefined ? `${payload} done` : `${payload} failed: ${error.message}`); };
    this.#node.emit('input', { payload }, () => undefined, done);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#node.emit('close', (error?: Error) => {
        if (error === undefined) resolve();
        else reject(error);
      });
    });
    this.journal.push('closed');
  }
}

function refuseBad({ payload }: { payload?: unknown }): void {
  if (payload === 'bad') throw new Error('no');
}

const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

describe('messages of a node', () => {
  it('are done in the same turn where the node takes no time, also after one that failed', () => {
    const place = new Place({ input: refuseBad });
    for (const payload of ['a', 'bad', 'b']) place.send(payload);
    assert.deepEqual(place.journal, ['a done', 'bad failed: no', 'b done']);
  });

  it('are handled one at a time in their order where it does, and all before it closes', async () => {
    const place: Place = new Place({
      input: async (message) => {
        place.journal.push(`${String(message.payload)} begins`);
        await turn();
        refuseBad(message);
      },
    });
    for (const payload of ['a', 'bad', 'b']) place.send(payload);
    await place.close();
    assert.deepEqual(place.journal, ['a begins', 'a done', 'bad begins', 'bad failed: no', 'b begins', 'b done', 'closed']);
    place.send('late');
    await place.close();
    assert.deepEqual(place.journal.slice(-3), ['late begins', 'late done', 'closed']);
  });

  it('may come while a message is handled at once: their turn comes after it', () => {
    const place: Place = new Place({
      input: ({ payload }) => {
        place.journal.push(`${String(payload)} begins`);
        if (payload === 'a') place.send('b');
      },
    });
    place.send('a');
    assert.deepEqual(place.journal, ['a begins', 'a done', 'b begins', 'b done']);
  });

  it('go in together where they came meanwhile, and each alone where one of them fails', async () => {
    const place: Place = new Place({
      batch: async (jobs) => {
        place.journal.push(`[${jobs.map(({ message }) => String(message.payload)).join()}]`);
        await turn();
        for (const { message } of jobs) refuseBad(message);
      },
    });
    for (const payload of ['a', 'b', 'bad', 'c']) place.send(payload);
    await place.close();
    assert.deepEqual(place.journal, ['[a]', 'a done', '[b,bad,c]', '[b]', 'b done', '[bad]', 'bad failed: no', '[c]', 'c done', 'closed']);
  });

  it('are failed where the one under way hangs, and what comes after it too', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      let answer: () => void = () => undefined;
      const input = (): Promise<void> => new Promise((resolve) => { answer = resolve; });
      const place: Place = new Place({ input, close: () => { place.journal.push('ends its timers'); } });
      for (const payload of ['a', 'b']) place.send(payload);
      const closed = place.close();
      await turn();
      assert.deepEqual(place.journal, []);
      mock.timers.tick(3_000);
      await closed;
      place.send('c');
      const failed = (payload: string): string => `${payload} failed: the node was closed before its store answered`;
      assert.deepEqual(place.journal, [failed('b'), 'ends its timers', 'closed', failed('c')]);
      answer();
      await turn();
      assert.deepEqual(place.journal.slice(-1), ['a done'], 'it was stored in the end');
    } finally {
      mock.timers.reset();
    }
  });

  it('are all handled where the line never runs dry', async () => {
    let handled = 0;
    const place: Place = new Place({ input: async () => { await Promise.resolve(); handled += 1; if (handled < 50_000) place.send('x'); } });
    place.send('x');
    await place.close();
    assert.equal(handled, 50_000);
  });
});
