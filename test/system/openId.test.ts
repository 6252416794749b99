/**
 * Does signing in by OpenID Connect let in those it should, as what they are, and nobody else? The whole product with a real provider.
 */
import assert from 'node:assert/strict';
import { openBrowser } from '../support/browser.js';
import { freePort } from '../support/ports.js';
import { CLIENT, type OpenIdProvider, signInAt, startOpenIdProvider } from '../support/openIdProvider.js';
import { type RunningProduct, startProduct, temporaryData } from '../support/product.js';
import { type Visit, Visitor } from '../support/visitor.js';

const ACCOUNTS = {
  anna: { email: 'Anna@shop.example', email_verified: true },
  bruno: { groups: ['staff', 'counter'] },
  carla: { email: 'anna@shop.example', email_verified: false },
  dario: { email: 'dario@elsewhere.example', email_verified: true, groups: ['staff2'] },
};

describe('OpenID Connect', () => {
  const data = temporaryData();
  let provider: OpenIdProvider;
  let product: RunningProduct;

  before(async () => {
    const port = String(await freePort());
    provider = await startOpenIdProvider(`http://127.0.0.1:${port}/auth/oidc/callback`, ACCOUNTS);
    product = await startProduct(data.path, {
      PORT: port, BOTTEGA_OIDC_ISSUER: provider.issuer, BOTTEGA_OIDC_CLIENT_ID: CLIENT.id, BOTTEGA_OIDC_CLIENT_SECRET: CLIENT.secret,
      BOTTEGA_OIDC_OWNERS: 'anna@shop.example', BOTTEGA_OIDC_VIEWERS: 'groups=staff', BOTTEGA_TRUSTED_PROXIES: 'loopback',
    });
  });
  after(async () => {
    provider.stop();
    await product.stop();
    data.remove();
  });

  /** Up to the page that the product answers the callback with. */
  async function signIn(visitor: Visitor, name: string, to = '/dashboard'): Promise<Visit> {
    return visitor.visit(await signInAt(visitor, await visitor.visit(`/auth/oidc?to=${encodeURIComponent(to)}`), name));
  }

  const statusAt = async (visitor: Visitor, path: string, headers: Record<string, string> = {}): Promise<number> =>
    (await visitor.visit(path, { headers: { accept: '*/*', ...headers } })).status;

  it('asks for a code, with PKCE, state and nonce', async () => {
    const visitor = new Visitor(product.url, '198.51.100.20');
    assert.match((await visitor.visit('/auth/signin')).text, /href="\/auth\/oidc\?to=/);
    const { status, headers } = await visitor.visit('/auth/oidc');
    assert.equal(status, 303);
    const asked = new URL(String(headers['location'])).searchParams;
    assert.deepEqual([asked.get('response_type'), asked.get('code_challenge_method')], ['code', 'S256']);
    for (const name of ['state', 'nonce', 'code_challenge']) assert.ok((asked.get(name) ?? '').length >= 40, name);
    assert.match(String(headers['set-cookie']), /bottega-signin=[^;]+; Path=\/auth\/oidc; Max-Age=600; HttpOnly; SameSite=Lax/);
  });

  it('lets an owner into the dashboard and the editor', async () => {
    const anna = new Visitor(product.url, '198.51.100.21');
    assert.equal(await statusAt(anna, '/dashboard/_setup'), 401);
    assert.equal((JSON.parse((await anna.visit('/auth/login')).text) as { prompts: { url: string }[] }).prompts[0]?.url, '/auth/signin?to=/');
    const page = await signIn(anna, 'anna', '/');
    assert.deepEqual([page.status, /content="0; url=([^"]+)"/.exec(page.text)?.[1]], [200, '/']);
    assert.equal(await statusAt(anna, '/dashboard/_setup'), 200);
    const accessToken = /access_token\\":\\"([\w-]{43})/.exec((await anna.visit('/auth/editor')).text)?.[1] ?? '';
    assert.equal(await statusAt(anna, '/flows', { authorization: `Bearer ${accessToken}` }), 200);
    await anna.visit('/auth/signout', { method: 'POST' });
    assert.deepEqual([await statusAt(anna, '/dashboard/_setup'), await statusAt(anna, '/flows', { authorization: `Bearer ${accessToken}` })], [401, 401]);
  });

  it('leads a browser to the provider and back to the dashboard\'s live numbers', async () => {
    const browser = await openBrowser();
    try {
      const page = await browser.newPage({ locale: 'it-IT' });
      await page.goto(`${product.url}/dashboard/oggi`);
      await page.click('a.button');
      await page.fill('[name="login"]', 'anna');
      await page.fill('[name="password"]', 'any');
      await page.click('[type="submit"]');
      await page.click('[type="submit"]');
      await page.waitForSelector('[data-kpi]');
      assert.equal(page.url(), `${product.url}/dashboard/oggi`);
    } finally {
      await browser.close();
    }
  });

  it('shows a viewer the dashboard and nothing of the editor', async () => {
    const bruno = new Visitor(product.url, '198.51.100.22');
    assert.equal((await signIn(bruno, 'bruno', '/')).status, 200);
    assert.equal(await statusAt(bruno, '/dashboard/_setup'), 200);
    assert.equal((await bruno.visit('/auth/signin?to=/')).status, 403);
    assert.match(String((await bruno.visit('/auth/editor')).headers['location']), /^\/auth\/signin/);
    for (const path of ['/flows', '/settings', '/nodes']) {
      assert.equal(await statusAt(bruno, path), 401);
      assert.equal(await statusAt(bruno, path, { authorization: `Bearer ${bruno.cookies.get('bottega') ?? ''}` }), 401);
    }
  });

  it('lets nobody in whom no rule names: another address, another group, an address nobody has verified', async () => {
    for (const name of ['carla', 'dario', 'nobody']) {
      const visitor = new Visitor(product.url, `198.51.100.3${String(name.length)}`);
      const page = await signIn(visitor, name);
      assert.equal(page.status, 403, name);
      assert.equal(visitor.cookies.has('bottega'), false);
      assert.equal(await statusAt(visitor, '/dashboard/_setup'), 401);
    }
  });

  it('takes a way back once, in the browser that was sent away, and as it was sent', async () => {
    const [mallory, victim] = [new Visitor(product.url, '198.51.100.40'), new Visitor(product.url, '198.51.100.41')];
    const callback = await signInAt(mallory, await mallory.visit('/auth/oidc'), 'anna');
    // Signed in as somebody else's account, or with a code that was stolen.
    assert.equal((await victim.visit(callback)).status, 400);
    await victim.visit('/auth/oidc');
    assert.equal((await victim.visit(callback)).status, 403);
    const changed = new URL(callback);
    changed.searchParams.set('state', 'x'.repeat(43));
    const trip = mallory.cookies.get('bottega-signin') ?? '';
    assert.equal((await mallory.visit(changed.href)).status, 403);
    mallory.cookies.set('bottega-signin', `${trip.slice(0, -4)}AAAA`);
    assert.equal((await mallory.visit(callback)).status, 400);
    mallory.cookies.set('bottega-signin', trip);
    assert.equal((await mallory.visit(callback)).status, 200);
    mallory.cookies.set('bottega-signin', trip);
    assert.equal((await mallory.visit(callback)).status, 403);
    assert.equal(victim.cookies.has('bottega'), false);
  });

  it('brakes whoever comes back with made-up codes', async () => {
    const visitor = new Visitor(product.url, '198.51.100.50');
    const statuses: number[] = [];
    for (let n = 0; n < 8; n++) {
      const left = await visitor.visit('/auth/oidc');
      const state = new URL(String(left.headers['location'])).searchParams.get('state') ?? '';
      const { status, headers } = await visitor.visit(`/auth/oidc/callback?code=guess${String(n)}&state=${state}&iss=${encodeURIComponent(provider.issuer)}`);
      statuses.push(status);
      if (status === 429) assert.ok(Number(headers['retry-after']) >= 1);
    }
    assert.deepEqual([...new Set(statuses)], [403, 429]);
  });

  it('takes no password where there is none', async () => {
    const visitor = new Visitor(product.url, '198.51.100.60');
    for (const password of ['', 'undefined']) {
      assert.equal((await visitor.token('admin', password)).status, 403);
      assert.equal((await visitor.signIn(password)).status, 403);
      assert.equal((await visitor.basic('/dashboard/_setup', password)).status, 401);
    }
  });

  it('says that the provider is away, and lets in whoever has the password meanwhile', async () => {
    const other = temporaryData();
    const [port, issuerPort] = [String(await freePort()), String(await freePort())];
    const lonely = await startProduct(other.path, {
      PORT: port, BOTTEGA_OIDC_ISSUER: `http://127.0.0.1:${issuerPort}`, BOTTEGA_OIDC_CLIENT_ID: CLIENT.id, BOTTEGA_PASSWORD: 'otto-caratteri',
    });
    const visitor = new Visitor(lonely.url);
    const { status, headers } = await visitor.visit('/auth/oidc');
    assert.deepEqual([status, headers['retry-after']], [503, '5']);
    assert.equal((await visitor.signIn('otto-caratteri')).status, 303);
    const { stderr } = await lonely.stop();
    assert.match(stderr, /BOTTEGA_OIDC_OWNERS and BOTTEGA_OIDC_VIEWERS name nobody/);
    other.remove();
  });
});
