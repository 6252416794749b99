import assert from 'node:assert/strict';
import { Mosquitto } from '../../support/mosquitto.js';
import { COUNTERS, Line, type LineOptions, sales, type Seen } from '../../support/line.js';
import { eventually } from '../../support/waiting.js';
import { freePort } from '../../support/ports.js';

const ends: (() => unknown)[] = [];

async function line(options: LineOptions): Promise<Line> {
  const started = await Line.start({ settingsScript: COUNTERS, ...options });
  ends.push(() => started.runtime.stop());
  return started;
}

async function mosquitto(config?: readonly string[]): Promise<Mosquitto> {
  const broker = await Mosquitto.start(config === undefined ? {} : { config });
  ends.push(() => broker.stop());
  return broker;
}

/** Waits until so many different events arrived and the outbox is empty. */
async function arrived(running: Line, howMany: number): Promise<Seen> {
  let last = '';
  return eventually(async () => {
    const [seen, depth] = [await running.seen(), await running.depth()];
    last = `${String(seen.ids.length)} of ${String(howMany)} arrived, ${String(depth)} in the outbox`;
    return seen.ids.length >= howMany && depth === 0 ? seen : undefined;
  }, () => `${last}\n${running.runtime.logs()}`);
}

describe('line from outbox to inbox', () => {
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  it('carries single events and arrays over the embedded broker, each one once', async () => {
    const running = await line({ broker: { kind: 'embedded', port: await freePort() } });
    const [first, ...rest] = sales(300);
    assert.equal(await running.feed(first ?? {}), 200);
    assert.equal(await running.feed(rest), 200);
    assert.equal(await running.feed([{ nothing: 'of the kind' }, ...sales(1, 'good')]), 200);
    const seen = await arrived(running, 301);
    assert.equal(seen.total, 301);
    assert.deepEqual(seen.side, ['notEvent']);
  });

  it('delivers everything although the broker loses its memory with 5,000 events under way', async () => {
    const broker = await mosquitto();
    const running = await line({ broker: { kind: 'external', url: broker.url } });
    const events = sales(5_000);
    const feeding = (async (): Promise<void> => {
      for (let at = 0; at < events.length; at += 250) assert.equal(await running.feed(events.slice(at, at + 250)), 200, 'a broker that is away fails no sender');
    })();
    await eventually(async () => ((await running.seen()).total > 0 ? true : undefined));
    await broker.kill();
    await feeding;
    await eventually(async () => ((await running.depth()) > 0 ? true : undefined));
    await broker.run();
    assert.equal((await arrived(running, 5_000)).ids.length, 5_000);
  });

  it('loses nothing of a burst of 20,000 with mosquitto\'s default limits', async () => {
    const broker = await mosquitto(['allow_anonymous true']);
    const running = await line({ broker: { kind: 'external', url: broker.url } });
    const events = sales(20_000);
    const fed = await Promise.all(Array.from({ length: 40 }, (_, n) => running.feed(events.slice(n * 500, (n + 1) * 500))));
    assert.ok(fed.every((status) => status === 200));
    const seen = await arrived(running, 20_000);
    assert.equal(seen.ids.length, 20_000);
  });

  it('sends again what the flow behind the inbox failed to store', async () => {
    const flaky = `
      const tries = context.get('tries') ?? {};
      const id = msg.payload.map((event) => event.id).join();
      tries[id] = (tries[id] ?? 0) + 1;
      context.set('tries', tries);
      if (tries[id] === 1) throw new Error('not now');
      return msg;`;
    const before = { id: 'flaky', type: 'function', func: flaky, outputs: 1, wires: [['end']] };
    const running = await line({ broker: { kind: 'embedded', port: await freePort() }, before });
    for (const event of sales(3)) assert.equal(await running.feed(event), 200);
    assert.equal((await arrived(running, 3)).ids.length, 3);
  });

  it('sends what is left after a SIGKILL, and what is stored survives it', async () => {
    const broker = await mosquitto();
    const options = { broker: { kind: 'external', url: broker.url } };
    const first = await line(options);
    await broker.kill();
    assert.equal(await first.feed(sales(200)), 200);
    const { userDir } = first.runtime;
    const { cpSync, mkdtempSync } = await import('node:fs');
    const copy = mkdtempSync(`${userDir}-copy-`);
    process.kill(first.runtime.pid, 'SIGKILL');
    await eventually(() => (alive(first.runtime.pid) ? undefined : true));
    cpSync(userDir, copy, { recursive: true });
    await broker.run();
    const second = await line({ ...options, userDir: copy });
    assert.equal((await arrived(second, 200)).total, 200);
  });

  it('answers that it is full instead of taking more than it may keep', async () => {
    const broker = await mosquitto();
    const running = await line({ broker: { kind: 'external', url: broker.url }, outbox: { maxEvents: 100 } });
    await broker.kill();
    assert.equal(await running.feed(sales(100)), 200);
    assert.equal(await running.feed(sales(1, 'more')), 503);
    await broker.run();
    await arrived(running, 100);
    // What was acknowledged is removed, which makes space.
    await eventually(async () => (await running.feed(sales(1, 'more'))) === 200 || undefined);
    await arrived(running, 101);
  });
});

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ESRCH') return false;
    throw error;
  }
}
