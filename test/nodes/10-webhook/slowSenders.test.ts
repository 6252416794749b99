/**
 * Do slow senders close the intake of a user's own Node-RED? Real sockets: more than there are places, and bodies that never end.
 */
import assert from 'node:assert/strict';
import { HALF_BODY, IdleSenders } from '../../support/idleSenders.js';
import { type FlowNode, type Runtime, start } from '../../support/runtime.js';
import { until } from '../../support/waiting.js';

const SECRET = 'segreto-di-prova-0123456789-abcdef';
const FLOW: readonly FlowNode[] = [
  { id: 'w', type: 'bottega-webhook', version: 1, provider: 'events', path: '/in/shopify', deadline: 2, wires: [['sink'], []] },
  { id: 'sink', type: 'function', func: 'return null;', outputs: 0, wires: [] },
];

describe('webhook: slow senders', () => {
  let runtime: Runtime;
  let idle: IdleSenders;
  before(async () => {
    runtime = await start(FLOW, { env: { BOTTEGA_API_TOKEN: SECRET } });
    idle = new IdleSenders(runtime.url);
  });
  after(async () => {
    idle.close();
    assert.equal(await runtime.stop(), 0);
  });

  const post = (): Promise<Response> => fetch(`${runtime.url}/in/shopify`, {
    method: 'POST', headers: { 'Content-Type': 'application/json', 'Authorization': `Bearer ${SECRET}` }, body: '{}',
  });

  it('take no place from others, and lose their own after five seconds without a byte', async () => {
    const senders = await idle.open(600, HALF_BODY);
    const startedAt = performance.now();
    assert.equal((await post()).status, 200);
    assert.ok(performance.now() - startedAt < 1_000);
    await until(() => senders.filter((sender) => sender.isOver()).length, (over) => over === senders.length);
    const rules = senders.map((sender) => /HTTP\/1.1 (\d+).*"rule":"([\w.]+)"/s.exec(sender.answer())?.slice(1).join(' '));
    assert.deepEqual([...new Set(rules)].sort(), ['408 body.slow', '503 intake.busy']);
    // One of the 256 made way for the honest request.
    assert.equal(rules.filter((rule) => rule === '408 body.slow').length, 255);
  });
});
