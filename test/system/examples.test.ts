/** Do the small flows do what their comments say? Each deployed in a real Node-RED, its button pressed, what comes out received. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from '../support/http.js';
import { type FlowNode, type Runtime, start } from '../support/runtime.js';
import { freePort } from '../support/ports.js';

const FOLDER = join(__dirname, '../../flows/nodes');

/** What is seen of a message from the first output; of some only after the button was pressed twice, from the second. */
const EXPECTED: Readonly<Record<string, RegExp>> = {
  normalize: /type: 'sale'/, dedupe: /reason: 'duplicate'/, outbox: /type: 'sale'/, deadletter: /reason: 'number\.form'/, inbox: /type: 'sale'/,
  listen: /name: 'revenue'/, window: /name: 'revenue'/, alert: /Incasso dell’ora sopra 40 euro/, query: /name: 'revenue'/, monitor: /outbox/,
  notify: /reason: 'notify\.unset'/,
};

describe('one node at a time', () => {
  let red: Runtime;
  // What widgets show is seen in a browser (widgets*.test.ts), what a database gets in a database (engines/database*.test.ts): they have no output.
  const flows = readdirSync(FOLDER).filter((file) => !/^(ui-|database\.)/.test(file)).map((file) => [file.replace('.json', ''), JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as FlowNode[]] as const);

  before(async () => { red = await start([], { env: { MQTT_PORT: String(await freePort()), BOTTEGA_API_TOKEN: 'chiave-di-prova' } }); });
  after(() => red.stop());

  for (const [name, nodes] of flows) {
    it(name, async () => {
      const from = red.logs().length;
      await red.deploy(nodes.map((node) => (node.type === 'debug' ? { ...node, console: true } : node)));
      const later = (pattern: RegExp): Promise<unknown> => red.logged(new RegExp(`^[^]{${String(from)},}?${pattern.source}`));
      if (name === 'webhook') {
        const answer = await request(`${red.url}/bottega/webhook/${nodes.find(({ type }) => type === 'bottega-webhook')?.id ?? ''}`, {
          method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}',
        });
        assert.deepEqual([answer.json.outcome, answer.json.status], ['answered', 200]);
        return;
      }
      const [button] = nodes.filter(({ type }) => type === 'inject');
      for (let times = name === 'dedupe' ? 2 : 1; button !== undefined && times > 0; times--) {
        assert.equal((await request(`${red.url}/inject/${button.id}`, { method: 'POST' })).status, 200);
      }
      await later(EXPECTED[name] ?? assert.fail(`what comes out of ${name}?`));
    });
  }

  it('leaves no error in the log', () => {
    assert.doesNotMatch(red.logs(), /\[error\]/);
  });
});
