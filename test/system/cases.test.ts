/** Do the examples of what a shop may have twice work as they are? Each deployed in a real Node-RED, its buttons pressed or its senders' messages sent. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from '../support/http.js';
import { type FlowNode, type Runtime, start } from '../support/runtime.js';
import { freePort } from '../support/ports.js';
import { Senders } from '../support/sign.js';
import { order } from '../support/shop.js';
import { eventually } from '../support/waiting.js';

const FLOWS = join(__dirname, '../../flows');
const SECRETS = { SHOPIFY_WEBHOOK_SECRET: 'chiave-dei-due-negozi', BOTTEGA_API_TOKEN: 'chiave-di-prova-1234' };

for (const folder of ['cases', 'en/cases']) {
  describe(`special cases: ${folder}`, () => {
    let red: Runtime;
    before(async () => { red = await start([], { env: { ...SECRETS, MQTT_PORT: String(await freePort()) } }); });
    after(() => red.stop());

    /** Deploys a case beside a node that answers for its shop; `press` all its buttons once. */
    async function deploy(name: string): Promise<{ nodes: FlowNode[]; press: () => Promise<void>; revenueBecomes: (value: number, store?: string) => Promise<unknown> }> {
      const nodes = JSON.parse(readFileSync(join(FLOWS, folder, `${name}.json`), 'utf8')) as FlowNode[];
      const of = (type: string): FlowNode => nodes.find((node) => node.type === type) ?? assert.fail(`${name} has no ${type}`);
      const query = { id: 'kpi', type: 'bottega-query', z: of('tab').id, version: 1, path: '/kpi', store: of('bottega-store').id, shop: of('bottega-shop').id, wires: [[], []] };
      await red.deploy([...nodes, query]);
      const headers = { authorization: `Bearer ${SECRETS.BOTTEGA_API_TOKEN}` };
      return {
        nodes,
        press: async () => { for (const button of nodes.filter(({ type }) => type === 'inject')) assert.equal((await request(`${red.url}/inject/${button.id}`, { method: 'POST' })).status, 200); },
        revenueBecomes: (value, store) => {
          let last: unknown;
          return eventually(async () => {
            const { json } = await request(`${red.url}/kpi?name=revenue&window=1d${store === undefined ? '' : `&store=${store}`}`, { headers });
            last = json.rows?.[0]?.value;
            return last === value || undefined;
          }, () => `revenue is ${String(last)}, not ${String(value)}`);
        },
      };
    }

    it('two tills that write differently make one revenue', async () => {
      const { press, revenueBecomes } = await deploy('tills');
      await press();
      await revenueBecomes(12.5 + 19.9);
    });

    it('two Shopify shops are counted together, each at its own path, and no third one', async () => {
      const { nodes, revenueBecomes } = await deploy('shopify');
      const senders = new Senders(SECRETS, red.url);
      const [first = '', second = ''] = String(nodes.find(({ type }) => type === 'bottega-normalize')?.['shops']).split('\n');
      const send = async (path: string, shop: string, id: number): Promise<number> => {
        const signed = senders.shopify('orders/paid', order(id, '10.00'), `w-${String(id)}`);
        return (await request(`${red.url}${path}`, { method: 'POST', body: signed.body, headers: { ...signed.headers, 'x-shopify-shop-domain': shop } })).status;
      };
      await eventually(async () => (await send('/in/shopify-1', first, 1)) === 200 || undefined);
      assert.equal(await send('/in/shopify-2', second, 2), 200);
      assert.equal(await send('/in/shopify-2', 'terzo.myshopify.com', 3), 200);
      await revenueBecomes(20);
    });

    it('each receipt goes to its store', async () => {
      const { press, revenueBecomes } = await deploy('stores');
      await press();
      await revenueBecomes(25);
      await revenueBecomes(12.5, 'roma');
    });

    it('leave no error in the log', () => { assert.doesNotMatch(red.logs(), /\[error\]/); });
  });
}
