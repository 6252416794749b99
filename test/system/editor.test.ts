/** Does the editor explain itself? Every form in a real browser, in both languages, on both versions of Node-RED. */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.js';
import { closeForm, type Editor, type Language, openEditor, openForm, reasonUnder, said, saveForm } from '../support/editor.js';
import { type Answer, request } from '../support/http.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { type FlowNode, places, type Runtime, start } from '../support/runtime.js';
import { until } from '../support/waiting.js';
import { freePort } from '../support/ports.js';

const SECRET = 'segreto-che-nessuno-vede';
const REDIS_PASSWORD = 'parola-di-redis';
const LANGUAGES: readonly Language[] = ['it', 'en-US'];

function flowsFor(mqttPort: number): FlowNode[] {
  const node = (id: string, name: string, wires: string[][], fields: object): FlowNode => ({ id, type: `bottega-${name}`, x: 200, y: 100, version: 1, name: '', wires, ...fields });
  const webhook = { provider: 'shopify', path: '', publicUrl: '', oldSignatures: false, keysUrl: '', issuer: '', store: '', deadline: 4 };
  return [
    { id: 'shop-1', type: 'bottega-shop', version: 1, name: 'Lampade Rossi', tenant: 'rossi', sector: 'retail', zone: 'Europe/Rome', currency: 'EUR', cutoff: '00:00', stores: [] },
    { id: 'store-1', type: 'bottega-store', version: 1, name: '', kind: 'embedded', directory: '', url: '', ca: '' },
    { id: 'broker-1', type: 'bottega-broker', version: 1, name: '', kind: 'embedded', port: String(mqttPort), listen: 'here', url: '', ca: '', cert: '', key: '', clientPrefix: 'bottega', protocol: '5' },
    node('webhook-1', 'webhook', [['normalize-1'], []], webhook),
    node('webhook-2', 'webhook', [['normalize-1'], []], { ...webhook, provider: 'pos' }),
    node('webhook-3', 'webhook', [['normalize-1'], []], { ...webhook, provider: 'hubspot' }),
    node('normalize-1', 'normalize', [['dedupe-1'], ['deadletter-1']], { shop: 'shop-1', provider: '', closedStages: '4', wonStages: 'closedwon', lostStages: 'closedlost', mapping: {} }),
    node('dedupe-1', 'dedupe', [['outbox-1'], []], { shop: 'shop-1', store: 'store-1', memory: 48, reservation: 2 }),
    node('outbox-1', 'outbox', [[], []], { shop: 'shop-1', store: 'store-1', broker: 'broker-1', until: 'receipt', maxEvents: 100_000, maxMegabytes: 256, maxInFlight: 1_000 }),
    node('deadletter-1', 'deadletter', [[], []], { shop: 'shop-1', store: 'store-1', broker: '' }),
    node('inbox-1', 'inbox', [[], []], { shop: 'shop-1', broker: 'broker-1', group: '', footfall: 'count', maxUnderWay: 5_000, deadline: 30 }),
    node('listen-1', 'listen', [[], []], { shop: 'shop-1', broker: 'broker-1' }),
  ];
}

type Reason = readonly [input: string, typed: string, it: RegExp, en: RegExp];

/** What each form says it will do; what is typed wrong, and the reason under that field. */
const FORMS: readonly (readonly [id: string, it: RegExp, en: RegExp, ...wrong: Reason[]])[] = [
  ['webhook-1', /^Riceve da Shopify su \/in\/shopify; .*firma/, /^Takes in what Shopify sends to \/in\/shopify; .*signed/,
    ['#node-input-path', 'senza barra', /cominciare con \//, /begin with \//], ['#node-input-deadline', '90', /da 0,1 a 60/, /from 0\.1 to 60/]],
  ['webhook-3', /^Riceve da HubSpot su \/in\/hubspot/, /^Takes in what HubSpot sends to \/in\/hubspot/, ['#node-input-publicUrl', 'negozio.it', /http/, /http/]],
  ['normalize-1', /«Lampade Rossi»/, /“Lampade Rossi”/,
    ['#bottega-normalize-path-amount', 'a..b', /percorso/, /path/],
    ['#bottega-normalize-path-number', '', /numero, data e totale/, /number, date and total/],
    ['#bottega-normalize-zone', 'Europe/Ovunque', /Europe\/Rome/, /Europe\/Rome/]],
  ['dedupe-1', /una volta sola.*48 ore/, /once.*48 hours/, ['#node-input-memory', '0', /\d/, /\d/]],
  ['outbox-1', /tiene finché.*ricevuta/, /keeps it until.*receipt/, ['#node-input-maxInFlight', '1.5', /\d/, /\d/]],
  ['deadletter-1', /^Conserva ciò che/, /^Keeps what/],
  ['inbox-1', /^Riceve con/, /^Takes in all events/, ['#node-input-group', 'due parole', /lettere/, /letters/]],
  ['listen-1', /^Porta qui i numeri/, /^Brings here the numbers/],
  ['store-1', /^Conserva i dati.*bottega-store/, /^Keeps the shop’s data.*bottega-store/, ['#node-config-input-url', 'http://altrove', /redis:\/\//, /redis:\/\//]],
  ['broker-1', /^Porta gli eventi con il broker MQTT incluso/, /^Carries the events with the built-in/, ['#node-config-input-port', '99999', /porta da 1 a 65535/, /port from 1 to 65535/]],
];

for (const place of places()) {
  describe(`editor in ${place.name}`, () => {
    let red: Runtime;
    let browser: Browser;
    let redis: RedisServer;
    const editors = new Map<Language, Editor>();
    const pageIn = (language: Language): Page => editors.get(language)?.page ?? assert.fail();

    before(async () => {
      redis = await startRedis({ settings: ['--requirepass', REDIS_PASSWORD] });
      red = await start(flowsFor(await freePort()), { ...place, credentials: { 'webhook-1': { secret: SECRET } }, env: { POS_JWT_SECRET: '' } });
      browser = await openBrowser();
      for (const language of LANGUAGES) editors.set(language, await openEditor(browser, red.url, language));
    });
    after(async () => {
      await browser.close();
      await red.stop();
      await redis.dispose();
    });

    // The texts are the same in both versions.
    for (const language of place.version === 4 ? LANGUAGES : LANGUAGES.slice(0, 1)) {
      for (const [id, it_, en, ...wrong] of FORMS) {
        it(`says what ${id} will do, and the reason under a field that is typed wrong (${language})`, async () => {
          const page = pageIn(language);
          await openForm(page, id);
          assert.match(await said(page), language === 'it' ? it_ : en);
          if (id === 'store-1') await page.selectOption('#node-config-input-kind', 'redis');
          await page.evaluate(() => { for (const more of document.querySelectorAll('details.bottega-more')) (more as unknown as { open: boolean }).open = true; });
          for (const [input, typed, inItalian, inEnglish] of wrong) {
            const before = await page.inputValue(input);
            await page.fill(input, typed);
            assert.match(await until(() => reasonUnder(page, input), (reason) => reason !== ''), language === 'it' ? inItalian : inEnglish, input);
            assert.equal(await page.getAttribute(input, 'aria-invalid'), 'true');
            await page.fill(input, before);
            assert.equal(await until(() => reasonUnder(page, input), (reason) => reason === ''), '', input);
          }
        });
      }
    }

    it('marks a node that was saved with a wrong value', async () => {
      const page = pageIn('it');
      await openForm(page, 'dedupe-1');
      await page.fill('#node-input-memory', '9999');
      await saveForm(page);
      const isValid = (): Promise<unknown> => page.evaluate('RED.nodes.node("dedupe-1").valid');
      assert.equal(await until(isValid, (valid) => valid === false), false);
      await page.evaluate('RED.history.pop()');
    });

    it('leaves the node as it was where the form is cancelled', async () => {
      const page = pageIn('it');
      await openForm(page, 'webhook-1');
      await page.fill('#node-input-name', 'un altro nome');
      await page.selectOption('#node-input-provider', 'events');
      await closeForm(page);
      assert.deepEqual(await page.evaluate('[RED.nodes.node("webhook-1").name, RED.nodes.node("webhook-1").provider]'), ['', 'shopify']);
    });

    it('shows only what matters for the chosen sender', async () => {
      const page = pageIn('it');
      await openForm(page, 'webhook-1');
      const visible = (): Promise<boolean[]> => Promise.all(['publicUrl', 'keysUrl', 'oldSignatures'].map((field) => page.isVisible(`#node-input-${field}`)));
      await page.locator('details.bottega-more > summary').click();
      assert.deepEqual(await visible(), [false, false, false]);
      await page.selectOption('#node-input-provider', 'hubspot');
      assert.deepEqual(await visible(), [true, false, true]);
      await page.selectOption('#node-input-provider', 'pos');
      assert.deepEqual(await visible(), [true, true, false]);
      assert.match(await said(page), /^Riceve dalla cassa su \/in\/pos/);
      await closeForm(page);
    });

    describe('test buttons', () => {
      const press = async (page: Page, id: string, name: string, prepare?: () => Promise<void>): Promise<string> => {
        await openForm(page, id);
        await prepare?.();
        await page.click(`#bottega-${name}-try button`);
        await page.waitForSelector('.bottega-answer .is-ok, .bottega-answer .is-failed, .bottega-answer .is-warning');
        return page.locator('.bottega-answer').innerText();
      };

      it('send a signed example through the whole flow, and it is counted nowhere', async () => {
        assert.match(await press(pageIn('it'), 'webhook-1', 'webhook'), /^Funziona: .*200/);
        assert.match(await press(pageIn('en-US'), 'webhook-1', 'webhook'), /^It works: .*200/);
      });

      it('say what is missing', async () => {
        assert.match(await press(pageIn('it'), 'webhook-2', 'webhook'), /Manca il segreto/);
        const page = pageIn('it');
        assert.match(await press(page, 'webhook-1', 'webhook', () => page.fill('#node-input-name', 'altro nome')), /Prima pubblica/);
      });

      it('try the store, also one that is only typed, and warn of its settings', async () => {
        const page = pageIn('it');
        assert.match(await press(page, 'store-1', 'store'), /^Funziona: scritto e riletto/);
        const typed = async (url: string, password = ''): Promise<void> => {
          await page.selectOption('#node-config-input-kind', 'redis');
          await page.fill('#node-config-input-url', url);
          await page.fill('#node-config-input-password', password);
        };
        const answer = await press(page, 'store-1', 'store', () => typed(redis.url, REDIS_PASSWORD));
        assert.match(answer, /Funziona/);
        assert.match(answer, /appendonly yes/);
        assert.match(await press(page, 'store-1', 'store', () => typed(redis.url, 'sbagliata')), /password/i);
        assert.match(await press(page, 'store-1', 'store', () => typed('redis://127.0.0.1:1')), /non risponde nessun Redis/);
      });

      it('send a message through the broker and back', async () => {
        const page = pageIn('it');
        assert.match(await press(page, 'broker-1', 'broker'), /^Funziona: un messaggio è andato e tornato/);
        const answer = await press(page, 'broker-1', 'broker', async () => {
          await page.selectOption('#node-config-input-kind', 'external');
          await page.fill('#node-config-input-url', 'mqtt://127.0.0.1:1');
        });
        assert.match(answer, /nessuna risposta da 127\.0\.0\.1:1/);
        await closeForm(page);
      });
    });

    describe('preview of normalize', () => {
      const outcome = (page: Page): Promise<string> => page.locator('.bottega-outcome').innerText();
      const shows = (page: Page, text: RegExp): Promise<string> => until(() => outcome(page), (shown) => text.test(shown));
      const paste = async (page: Page, provider: string, body: unknown): Promise<void> => {
        await openForm(page, 'normalize-1');
        await page.selectOption('#node-input-provider', provider);
        await page.fill('.bottega-preview textarea', typeof body === 'string' ? body : JSON.stringify(body));
      };

      it('shows the event that would leave, and no personal data', async () => {
        const page = pageIn('it');
        await openForm(page, 'normalize-1');
        await page.selectOption('#node-input-provider', 'shopify');
        await page.click('.bottega-preview .form-row button');
        assert.match(await shows(page, /Vendita/), /Vendita · 64,90\s€/);
        assert.doesNotMatch(await page.locator('.bottega-outcome').textContent() ?? '', /cliente@example/);
        assert.match(await page.locator('.bottega-outcome').textContent() ?? '', /"customer": "h1:/);
      });

      it('fills the mapping by clicking in the pasted receipt, and offers the formats that fit', async () => {
        const page = pageIn('it');
        await paste(page, 'pos', { doc: { num: '77', quando: '03/04/2026 10:15:00', tot: '1,250.75' }, pagamenti: [{ tipo: 'CARTA' }] });
        assert.match(await shows(page, /required/), /Manca un campo necessario \(required\) \/numeroScontrino/);
        for (const [field, path] of [['number', 'doc.num'], ['time', 'doc.quando'], ['amount', 'doc.tot']] as const) {
          await page.selectOption('.bottega-preview select[aria-label^="Clicca"]', field);
          await page.click(`.bottega-tree button[data-path="${path}"]`);
          assert.equal(await page.inputValue(`#bottega-normalize-path-${field}`), path);
        }
        assert.match(await shows(page, /number\.grouping/), /separatore delle migliaia è fuori posto.*\/doc\/tot/);
        await page.click('.bottega-readings button:has-text("1.250,75")');
        assert.match(await shows(page, /Vendita/), /Vendita · 1\.250,75\s€ · 3 aprile 2026/);
        await page.click('.bottega-readings button:has-text("4 marzo 2026")');
        assert.match(await shows(page, /4 marzo/), /4 marzo 2026/);
        assert.deepEqual(await Promise.all(['numbers', 'dates'].map((field) => page.inputValue(`#bottega-normalize-${field}`))), ['en-US', 'en-US']);
        await page.selectOption('.bottega-preview select[aria-label^="Clicca"]', 'payment');
        await page.click('.bottega-tree button[data-path="pagamenti[0].tipo"]');
        assert.equal(await page.inputValue('#bottega-normalize-path-payment'), 'pagamenti[].tipo');
      });

      it('gives the reasons in the language of the editor', async () => {
        await paste(pageIn('en-US'), 'events', '{"oops"');
        assert.match(await shows(pageIn('en-US'), /json/), /not valid JSON \(json\)/);
        await paste(pageIn('it'), 'woocommerce', { id: 1, status: 'draft' });
        assert.match(await shows(pageIn('it'), /Ignorato/), /è una bozza/);
        for (const language of LANGUAGES) await closeForm(pageIn(language));
      });
    });

    it('reports no error in the browser', () => {
      const complaints = [...editors.values()].flatMap((editor) => editor.complaints).filter((each) => !each.includes('ERR_NAME_NOT_RESOLVED'));
      assert.deepEqual(complaints, []);
    });
  });
}

describe('what the editor may ask a node', () => {
  let red: Runtime;
  const ask = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    request(`${red.url}/bottega/${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
  const bearerOf = async (username: string): Promise<Record<string, string>> => {
    const body = JSON.stringify({ client_id: 'node-red-admin', grant_type: 'password', scope: '*', username, password: 'prova' });
    const { json } = await request(`${red.url}/auth/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return { authorization: `Bearer ${String(json.access_token)}` };
  };
  const PATHS = ['webhook/webhook-1', 'store/store-1', 'broker/broker-1', 'normalize/normalize-1'];

  before(async () => {
    const users = "{ padrona: '*', ospite: 'read' }";
    red = await start(flowsFor(await freePort()), {
      credentials: { 'webhook-1': { secret: SECRET } },
      settingsScript: `const users = ${users}; const find = (name) => Promise.resolve(users[name] ? { username: name, permissions: users[name] } : null);
settings.adminAuth = { type: 'credentials', users: find, authenticate: (name) => find(name) };`,
    });
  });
  after(() => red.stop());

  it('is refused without a login, and to who may only read', async () => {
    for (const path of PATHS) {
      assert.equal((await ask(path, {})).status, 401, path);
      assert.equal((await ask(path, {}, await bearerOf('ospite'))).status, 401, path);
      assert.equal((await ask(path, {}, await bearerOf('padrona'))).status, 200, path);
    }
  });

  it('must come as JSON, which no other site can make a browser send', async () => {
    const login = await bearerOf('padrona');
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', '']) assert.equal((await ask('webhook/webhook-1', {}, { ...login, 'content-type': type })).status, 415, type);
    assert.equal((await request(`${red.url}/bottega/webhook/webhook-1`, { headers: login })).status, 404);
  });

  it('is never answered with a secret', async () => {
    const login = await bearerOf('padrona');
    const form = { id: 'store-1', type: 'bottega-store', kind: 'redis', url: `redis://me:${SECRET}@127.0.0.1:1` };
    const answers = await Promise.all([
      ask('webhook/webhook-1', {}, login), ask('webhook/none', {}, login), ask('store/store-1', { form, secrets: { user: 'me', password: SECRET } }, login),
      ask('broker/broker-1', { form: { id: 'b', type: 'bottega-broker', kind: 'external', url: `mqtt://me:${SECRET}@127.0.0.1:1` } }, login),
    ]);
    for (const { text, status } of answers) {
      assert.equal(status, 200);
      assert.equal(text.includes(SECRET), false, text);
    }
    assert.deepEqual(answers.map(({ json }) => json.outcome), ['answered', 'notDeployed', 'refused', 'away']);
  });
});
