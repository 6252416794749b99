import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { post, request } from '../support/http.js';
import { deploy, installInto, linkOurs, packInto, readManifest, startNodeRed, type StockNodeRed } from '../support/nodeRed.js';
import { shopifyOrder } from '../support/payloads.js';
import { temporaryData } from '../support/product.js';
import { scorecardOf } from '../support/scorecard.js';
import { Senders } from '../support/sign.js';
import { until } from '../support/waiting.js';
import { freePort } from '../support/ports.js';

const { name: MODULE, 'node-red': { nodes, plugins } } = readManifest();
const NODES = Object.keys(nodes);
const PLUGINS = Object.keys(plugins);
const SECRETS = { SHOPIFY_WEBHOOK_SECRET: 'shopify-di-prova', BOTTEGA_API_TOKEN: 'token-di-prova' };

describe('package', () => {
  const folder = temporaryData();
  let tarball = '';

  before(() => { tarball = packInto(folder.path); });
  after(() => { folder.remove(); });

  for (const version of ['node-red-4', 'node-red'] as const) {
    describe(`installed in a stock ${version}`, () => {
      let red: StockNodeRed;

      before(async () => {
        const userDir = join(folder.path, version);
        installInto(userDir, tarball);
        red = await startNodeRed(version, userDir, { ...SECRETS, MQTT_PORT: String(await freePort()) });
      });
      after(() => { red.stop(); });

      it('registers every type without an error', async () => {
        const { json } = await request(`${red.url}/nodes`, { headers: { accept: 'application/json' } });
        const ours = (json as { module: string; types: string[]; err?: unknown }[]).filter(({ module }) => module === MODULE);
        assert.deepEqual(ours.flatMap(({ types }) => types).sort(), NODES.map(typeOf).sort());
        assert.deepEqual(ours.filter(({ err }) => err !== undefined), []);
      });

      it('serves forms, help and labels in both languages', async () => {
        for (const [language, heading] of [['en-US', 'Purpose'], ['it', 'Scopo']] as const) {
          const { text } = await request(`${red.url}/nodes`, { headers: { accept: 'text/html', 'accept-language': language } });
          for (const node of NODES) {
            assert.ok(text.includes(`data-template-name="${typeOf(node)}"`), `form of ${node}`);
            const help = text.slice(text.indexOf(`data-help-name="${typeOf(node)}"`)).split('</script>', 1)[0] ?? '';
            assert.ok(help.includes(`<h3>${heading}</h3>`), `help of ${node} in ${language}`);
            const sections = help.split('<h3>').slice(1).map((section) => (section.split('</h3>')[1] ?? '').replace(/<[^>]*>/g, '').trim());
            assert.ok(sections.length === 7 && sections.every((words) => words.length > 4), `help of ${node} in ${language}: ${JSON.stringify(sections.map(({ length }) => length))}`);
          }
          const { json } = await request(`${red.url}/nodes/messages?lng=${language}`);
          for (const node of NODES) assert.equal(typeof json[`${MODULE}/${node}`]?.[node]?.palette, 'string', `label of ${node} in ${language}`);
        }
      });

      it('serves what the forms share, with texts in both languages', async () => {
        const { text } = await request(`${red.url}/plugins`, { headers: { accept: 'text/html' } });
        for (const plugin of PLUGINS) assert.ok(text.includes(`[red-plugin:${MODULE}/${plugin}]`), plugin);
        for (const [language, words] of [['en-US', /^Deploy first/], ['it', /^Prima pubblica/]] as const) {
          const { json } = await request(`${red.url}/plugins/messages?lng=${language}`);
          assert.match(json[`${MODULE}/trial`].trial.deployFirst, words);
        }
      });

      it('serves every example, made of types that are there', async () => {
        const library = `${red.url}/library/examples/flows/${MODULE}/`;
        const names = await namesBelow(library);
        assert.ok(names.includes('4 Prova in 2 minuti') && names.includes('Un nodo alla volta/webhook'), names.join(', '));
        for (const name of names) {
          const { status, json } = await request(library + encodeURI(name));
          assert.equal(status, 200, name);
          const foreign = (json as { type: string }[]).map(({ type }) => type).filter((type) => /^(ui-)?bottega-/.test(type) && !NODES.map(typeOf).includes(type));
          assert.deepEqual(foreign, [], name);
        }
      });

      it('serves an icon per type', async () => {
        for (const node of NODES) {
          const { status, headers } = await request(`${red.url}/icons/${MODULE}/${node}.svg`);
          assert.equal(status, 200, node);
          assert.match(headers.get('content-type') ?? '', /svg/);
        }
      });

      it('counts with an example and no configuration: a signed order becomes revenue', async () => {
        const { status, json } = await request(`${red.url}/library/examples/flows/${MODULE}/${encodeURIComponent('1 Commercio al dettaglio')}`);
        assert.equal(status, 200);
        await deploy(red.url, json);
        assert.equal((await until(() => request(`${red.url}/health`), (answer) => answer.status === 200)).status, 200);
        const signed = new Senders(SECRETS, red.url).shopify('orders/paid', shopifyOrder({ id: 9_001, at: Date.now(), total: '19.90' }), 'w-9001');
        assert.deepEqual((await post(red.url, signed)).json, { accepted: 1, duplicates: 0, rejected: 0 });
        const headers = { authorization: `Bearer ${SECRETS.BOTTEGA_API_TOKEN}` };
        const ask = async (): Promise<unknown> => (await request(`${red.url}/kpi?name=revenue&window=1d`, { headers })).json.rows[0]?.value;
        assert.equal(await until(ask, (value) => value === 19.9), 19.9);
      });
    });
  }

  describe('beside itself under its former name', () => {
    it('names the other one at the start, with the command that removes it', async () => {
      const userDir = join(folder.path, 'both');
      linkOurs(userDir);
      const former = join(userDir, 'node_modules/@bottega/node-red-kpi');
      mkdirSync(former, { recursive: true });
      writeFileSync(join(former, 'package.json'), JSON.stringify({ name: '@bottega/node-red-kpi', version: '0.1.0', 'node-red': { nodes: { store: 'store.js' } } }));
      writeFileSync(join(former, 'store.js'), "module.exports = (RED) => { RED.nodes.registerType('bottega-store', function () {}); };");
      writeFileSync(join(former, 'store.html'), '');
      const red = await startNodeRed('node-red-4', userDir, { MQTT_PORT: String(await freePort()) });
      red.stop();
      assert.match(red.logs(), /@bottega\/node-red-kpi, the former name of this package, is still installed: .*: npm remove --prefix "[^"]*both" @bottega\/node-red-kpi\n/);
    });
  });

  describe('scorecard', () => {
    it('passes the flow library’s scorecard (node-red-dev) in all that needs no network', () => {
      const card = scorecardOf(join(folder.path, 'node-red-4', 'node_modules', MODULE), folder.path);
      const failed = Object.entries(card).filter(([, { test }]) => test === false).map(([check]) => check);
      // D01 wants six dependencies at most: see docs/dependencies.md.
      assert.deepEqual(failed, ['D01']);
      assert.deepEqual(CHECKS.filter((check) => card[check] === undefined), []);
    });
  });
});

/** Dashboard 2 knows widgets by a prefix of their type. */
function typeOf(node: string): string {
  return node.startsWith('ui-') ? node.replace('ui-', 'ui-bottega-') : `bottega-${node}`;
}

const CHECKS = ['P01', 'P03', 'P04', 'P05', 'P06', 'P07', 'P08', 'N01', 'N02', 'D01', 'D02', 'D03'];

/** A library lists its folders as text and its flows as `{fn}`. */
async function namesBelow(library: string, prefix = ''): Promise<string[]> {
  const { json } = await request(library + encodeURI(prefix), { headers: { accept: 'application/json' } });
  const entries = json as readonly (string | { readonly fn: string })[];
  const names = entries.map((entry) => (typeof entry === 'string' ? namesBelow(library, `${prefix}${entry}/`) : Promise.resolve([prefix + entry.fn])));
  return (await Promise.all(names)).flat();
}
