/**
 * Does the sign-in hold against those who guess, and does a session end when it should? The whole product, over real HTTP and real sockets.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { WebSocket } from 'ws';
import { openBrowser } from '../support/browser.js';
import { ROOT, type RunningProduct, runToEnd, startProduct, temporaryData, type Variables } from '../support/product.js';
import { until } from '../support/waiting.js';
import { Visitor } from '../support/visitor.js';

const PASSWORD = 'otto-caratteri';
const TERMS = { BOTTEGA_PASSWORD: PASSWORD, BOTTEGA_TRUSTED_PROXIES: 'loopback' };

describe('sign-in: guessing', () => {
  const data = temporaryData();
  let product: RunningProduct;

  before(async () => { product = await startProduct(data.path, TERMS); });
  after(async () => {
    await product.stop();
    data.remove();
  });

  it('at the editor is slowed down under ever new user names, with 429 and Retry-After, never with 500', async () => {
    const guesser = new Visitor(product.url, '198.51.100.1');
    const statuses: number[] = [];
    for (let n = 0; n < 12; n++) {
      const { status, headers } = await guesser.token(`user${String(n)}`, `guess ${String(n)}`);
      statuses.push(status);
      if (status === 429) assert.ok(Number(headers['retry-after']) >= 1);
    }
    assert.deepEqual(statuses.slice(0, 5), [403, 403, 403, 403, 403]);
    assert.equal(statuses[5], 429);
    assert.ok(statuses.every((status) => status === 403 || status === 429), statuses.join());
  });

  it('under one user name keeps nobody else out, who comes from elsewhere under the same', async () => {
    const guesser = new Visitor(product.url, '198.51.100.2');
    for (let n = 0; n < 8; n++) await guesser.token('admin', `guess ${String(n)}`);
    assert.equal((await new Visitor(product.url, '198.51.100.3').token('admin', PASSWORD)).status, 200);
  });

  it('is one count for the editor, the dashboard, its page and the API', async () => {
    const guesser = new Visitor(product.url, '198.51.100.4');
    assert.equal((await guesser.token('a', 'guess 1')).status, 403);
    assert.equal((await guesser.signIn('guess 2')).status, 403);
    assert.equal((await guesser.basic('/dashboard/', 'guess 3')).status, 401);
    assert.equal((await guesser.visit('/kpi', { headers: { authorization: 'Bearer guess4' } })).status, 401);
    assert.equal((await guesser.visit('/in/events', { method: 'POST', headers: { authorization: 'Bearer guess5', 'content-type': 'application/json' } })).status, 401);
    for (const visit of [await guesser.token('b', PASSWORD), await guesser.signIn(PASSWORD), await guesser.basic('/dashboard/', PASSWORD),
      await guesser.visit('/kpi', { headers: { authorization: `Bearer ${product.secrets['BOTTEGA_API_TOKEN'] ?? ''}` } })]) {
      assert.equal(visit.status, 429);
      assert.ok(Number(visit.headers['retry-after']) >= 1);
    }
    // A delay, no lock-out.
    assert.equal(await until(async () => (await guesser.signIn(PASSWORD)).status, (status) => status === 303), 303);
  });

  it('through the proxy does not slow down the browser that was in before', async () => {
    const owner = new Visitor(product.url, '198.51.100.5');
    assert.equal((await owner.signIn(PASSWORD)).status, 303);
    owner.cookies.delete('bottega');
    const guesser = new Visitor(product.url, '198.51.100.5');
    for (let n = 0; n < 8; n++) await guesser.signIn(`guess ${String(n)}`);
    assert.equal((await guesser.signIn(PASSWORD)).status, 429);
    assert.equal((await owner.signIn(PASSWORD)).status, 303);
  });

  it('from ever new addresses under ever new names is slowed down too', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 60; n++) statuses.push((await new Visitor(product.url, `203.0.113.${String(n)}`).token(`user${String(n)}`, `guess ${String(n)}`)).status);
    assert.ok(statuses.filter((status) => status === 403).length < 30, statuses.join());
    assert.ok(statuses.includes(429));
  });

  it('gains nothing by many attempts at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 40 }, (_, n) => new Visitor(product.url, '198.51.100.6').token('admin', `guess ${String(n)}`)));
    assert.ok(outcomes.filter(({ status }) => status !== 429).length <= 5, outcomes.map(({ status }) => status).join());
  });

  it('is logged with the address, and without what was typed', async () => {
    await product.stop();
    product = await startProduct(data.path, TERMS);
    await new Visitor(product.url, '198.51.100.7').token('mario', 'quasi-giusta');
    await new Visitor(product.url, '198.51.100.7').token('mario', 'quasi-giusta');
    await new Visitor(product.url, '198.51.100.8').basic('/dashboard/', 'quasi-giusta');
    await new Visitor(product.url, '198.51.100.9').visit('/kpi', { headers: { authorization: 'Bearer quasi-giusta' } });
    const { stderr } = await product.stop();
    const lines = stderr.split('\n').filter((line) => line.includes('login failed'));
    assert.deepEqual(lines, [
      '[warn] login failed from 198.51.100.7: wrong secret (editor)', '[warn] login failed from 198.51.100.8: wrong secret (dashboard)',
      '[warn] login failed from 198.51.100.9: wrong secret (API)',
    ]);
    assert.doesNotMatch(stderr, /mario|quasi-giusta/);
  });
});

describe('sign-in: sessions', () => {
  const data = temporaryData();
  let product: RunningProduct;

  before(async () => { product = await startProduct(data.path, TERMS); });
  after(async () => {
    await product.stop();
    data.remove();
  });

  async function restart(variables: Variables = {}): Promise<void> {
    await product.stop();
    product = await startProduct(data.path, { ...TERMS, ...variables });
  }

  const dashboard = async (visitor: Visitor): Promise<number> => (await visitor.visit('/dashboard/_setup', { headers: { accept: '*/*' } })).status;
  const flows = async (visitor: Visitor, token: string): Promise<number> => (await visitor.visit('/flows', { headers: { authorization: `Bearer ${token}` } })).status;
  const tokenIn = ({ text }: { readonly text: string }): string => String((JSON.parse(text) as Record<string, unknown>)['access_token']);

  it('lead a person to the page and back, never to another site', async () => {
    const visitor = new Visitor(product.url);
    const { status, headers } = await visitor.visit('/dashboard/');
    assert.deepEqual([status, headers['location']], [303, '/auth/signin?to=%2Fdashboard%2F']);
    const page = await visitor.visit(String(headers['location']), { headers: { 'accept-language': 'en' } });
    assert.match(page.text, /Sign in to Bottega/);
    assert.match(String(page.headers['content-security-policy']), /frame-ancestors 'none'/);
    assert.match((await visitor.visit('/auth/signin')).text, /Entra in Bottega/);
    for (const [to, expected] of [['/dashboard/page1?x=1', '/dashboard/page1?x=1'], ['//evil.example', '/dashboard'], ['/\\evil.example', '/dashboard'],
      ['https://evil.example', '/dashboard'], ['/..//evil.example', '/dashboard'], ['/\t/evil.example', '/dashboard']] as const) {
      assert.equal((await visitor.signIn(PASSWORD, to)).headers['location'], expected, to);
    }
    assert.equal((await visitor.visit('/auth/signin', { method: 'POST', headers: { origin: 'http://evil.example' } })).status, 403);
  });

  it('are one for each login, and end by signing out; the others stay', async () => {
    const [one, two] = [new Visitor(product.url), new Visitor(product.url)];
    await one.signIn(PASSWORD);
    await two.signIn(PASSWORD);
    assert.notEqual(one.cookies.get('bottega'), two.cookies.get('bottega'));
    const stolen = new Visitor(product.url);
    stolen.cookies.set('bottega', one.cookies.get('bottega') ?? '');
    assert.deepEqual([await dashboard(one), await dashboard(two), await dashboard(stolen)], [200, 200, 200]);
    assert.equal((await one.visit('/auth/signout', { method: 'POST' })).status, 303);
    assert.equal(one.cookies.has('bottega'), false);
    assert.deepEqual([await dashboard(one), await dashboard(stolen), await dashboard(two)], [401, 401, 200]);
  });

  it('outlive a restart, but not a change of the password; the editor\'s token neither', async () => {
    const visitor = new Visitor(product.url);
    await visitor.signIn(PASSWORD);
    const token = tokenIn(await new Visitor(product.url).token('admin', PASSWORD));
    await restart();
    const again = new Visitor(product.url);
    again.cookies.set('bottega', visitor.cookies.get('bottega') ?? '');
    assert.deepEqual([await dashboard(again), await flows(again, token)], [200, 200]);
    assert.equal(statSync(join(data.path, 'logins.json')).mode & 0o777, 0o600);
    const kept = readFileSync(join(data.path, 'logins.json'), 'utf8');
    for (const secret of [PASSWORD, token, visitor.cookies.get('bottega') ?? '']) assert.ok(!kept.includes(secret));
    await restart({ BOTTEGA_PASSWORD: 'un-altra-password' });
    const later = new Visitor(product.url);
    later.cookies.set('bottega', visitor.cookies.get('bottega') ?? '');
    assert.deepEqual([await dashboard(later), await flows(later, token)], [401, 401]);
    await restart();
  });

  it('of the editor end by its own sign-out, its socket with them; a former version\'s tokens open nothing', async () => {
    const visitor = new Visitor(product.url);
    const token = tokenIn(await visitor.token('admin', PASSWORD));
    const socket = new WebSocket(`${product.url.replace('http', 'ws')}/comms`);
    await once(socket, 'open');
    socket.send(JSON.stringify({ auth: token }));
    assert.equal(((await once(socket, 'message')) as [Buffer])[0].toString(), '{"auth":"ok"}');
    const closed = once(socket, 'close');
    assert.equal(await flows(visitor, token), 200);
    assert.equal((await new Visitor(product.url).visit('/auth/revoke', { form: { token }, headers: { authorization: `Bearer ${token}` } })).status, 200);
    assert.equal(await flows(visitor, token), 401);
    await closed;
    writeFileSync(join(data.path, '.sessions.json'), JSON.stringify({ old: { user: 'admin', client: 'node-red-admin', scope: '*', accessToken: 'old', expires: Date.now() + 1e9 } }));
    await restart();
    assert.equal(await flows(new Visitor(product.url), 'old'), 401);
  });

  it('of the dashboard take the editor in without a second password, which no address shows', async () => {
    const visitor = new Visitor(product.url);
    assert.equal((JSON.parse((await visitor.visit('/auth/login')).text) as { type: string }).type, 'credentials');
    await visitor.signIn(PASSWORD, '/');
    const offered = JSON.parse((await visitor.visit('/auth/login')).text) as { autoLogin: boolean; loginRedirect: string };
    assert.equal(offered.autoLogin, true);
    const { text, headers } = await visitor.visit(offered.loginRedirect);
    const token = /access_token\\":\\"([\w-]{43})/.exec(text)?.[1] ?? '';
    assert.equal(await flows(new Visitor(product.url), token), 200);
    assert.match(String(headers['content-security-policy']), /script-src 'nonce-[^']+'; .*frame-ancestors 'none'/);
    assert.equal((await new Visitor(product.url).visit(offered.loginRedirect)).headers['location'], '/auth/signin?to=/');
  });

  it('close the sockets of the dashboard when they end', async () => {
    const visitor = new Visitor(product.url);
    await visitor.signIn(PASSWORD);
    const headers = { cookie: `bottega=${visitor.cookies.get('bottega') ?? ''}` };
    const socket = new WebSocket(`${product.url.replace('http', 'ws')}/dashboard/socket.io/?EIO=4&transport=websocket`, { headers });
    let greeting = '';
    socket.on('message', (message: Buffer) => { greeting += message.toString(); });
    await once(socket, 'open');
    socket.send('40');
    assert.match(await until(() => greeting, (text) => text.includes('40{')), /40\{/);
    const closed = once(socket, 'close');
    await visitor.visit('/auth/signout', { method: 'POST' });
    await closed;
  });

  it('have a cookie that only HTTPS carries, where the browser came by HTTPS', async () => {
    const visitor = new Visitor(product.url);
    const cookieOf = async (headers: Record<string, string>): Promise<string> =>
      String((await visitor.visit('/auth/signin', { form: { password: PASSWORD, to: '/' }, headers })).headers['set-cookie']);
    assert.doesNotMatch(await cookieOf({}), /Secure/);
    const secure = await cookieOf({ 'x-forwarded-proto': 'https' });
    assert.match(secure, /bottega=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure/);
    await restart({ BOTTEGA_PUBLIC_URL: 'https://shop.example' });
    const { headers } = await new Visitor(product.url).visit('/auth/signin', { form: { password: PASSWORD }, headers: { host: 'shop.example' } });
    assert.match(String(headers['set-cookie']), /SameSite=Strict; Secure/);
  });

  it('of programs that keep no cookie end nobody else\'s', async () => {
    const visitor = new Visitor(product.url);
    await visitor.signIn(PASSWORD);
    for (let n = 0; n < 250; n++) await new Visitor(product.url).basic('/dashboard/_setup', PASSWORD);
    assert.equal(await dashboard(visitor), 200);
  });
});

describe('sign-in: in a browser', () => {
  const data = temporaryData();
  let product: RunningProduct;
  let browser: Browser;

  before(async () => {
    [product, browser] = await Promise.all([startProduct(data.path, TERMS), openBrowser()]);
  });
  after(async () => {
    await browser.close();
    await product.stop();
    data.remove();
  });

  it('leads by the page to the dashboard\'s live numbers, on to the editor without a second password, and out of both', async () => {
    const page = await browser.newPage({ locale: 'it-IT' });
    await page.goto(`${product.url}/dashboard/oggi`);
    await page.fill('#password', 'sbagliata');
    await page.click('button');
    assert.equal(await page.textContent('[role="alert"]'), 'La password non è giusta.');
    await page.fill('#password', PASSWORD);
    await page.click('button');
    await page.waitForSelector('[data-kpi]');
    await page.goto(`${product.url}/`);
    await page.waitForSelector('#red-ui-header-button-user');
    await page.waitForSelector('.red-ui-flow-node, .red-ui-workspace-chart');
    await page.click('#red-ui-header-button-user');
    await Promise.all([page.waitForSelector('#node-dialog-login-submit'), page.click('#usermenu-item-logout')]);
    await page.goto(`${product.url}/dashboard/oggi`);
    assert.match(page.url(), /\/auth\/signin\?to=/);
    await page.close();
  });

  it('shows on every page of the dashboard how to sign out, and then the session is over, on other pages too', async () => {
    const context = await browser.newContext({ locale: 'it-IT', viewport: { width: 390, height: 844 } });
    const [page, other] = await Promise.all([context.newPage(), context.newPage()]);
    await page.goto(`${product.url}/dashboard/adesso`);
    await page.fill('#password', PASSWORD);
    await page.click('button');
    await page.waitForSelector('[data-kpi]');
    await other.goto(`${product.url}/dashboard/fonti`);
    await other.waitForSelector('.bottega-signout button');
    const button = page.locator('.bottega-signout button');
    assert.equal(await button.count(), 1);
    assert.equal(await button.textContent(), 'Esci');
    const box = await button.boundingBox();
    assert.ok(box !== null && box.x >= 0 && box.x + box.width <= 390 && box.y + box.height <= 844 && box.height >= 44);
    const cookies = await context.cookies();
    await button.click();
    await page.waitForURL(/\/auth\/signin/);
    await page.goBack();
    await page.waitForURL(/\/auth\/signin\?to=/);
    // Neither the other page nor whoever kept the cookie gets in again.
    await other.reload();
    assert.match(other.url(), /\/auth\/signin\?to=/);
    await context.addCookies(cookies);
    await other.goto(`${product.url}/dashboard/adesso`);
    assert.match(other.url(), /\/auth\/signin\?to=/);
    await context.close();
  });

  it('ends the session of an open page when the password is changed', async () => {
    const context = await browser.newContext({ locale: 'en-US' });
    const page = await context.newPage();
    await page.goto(`${product.url}/dashboard/adesso`);
    await page.fill('#password', PASSWORD);
    await page.click('button');
    await page.waitForSelector('[data-kpi]');
    assert.equal(await page.textContent('.bottega-signout button'), 'Sign out');
    const { port } = new URL(product.url);
    await product.stop();
    product = await startProduct(data.path, { ...TERMS, PORT: port, BOTTEGA_PASSWORD: 'un-altra-password' });
    await page.reload();
    assert.match(page.url(), /\/auth\/signin\?to=/);
    await page.fill('#password', PASSWORD);
    await page.click('button');
    assert.equal(await page.textContent('[role="alert"]'), 'The password is wrong.');
    await product.stop();
    product = await startProduct(data.path, { ...TERMS, PORT: port });
    await context.close();
  });

  it('takes the password in the editor\'s own dialog too', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${product.url}/`);
    await page.fill('#node-dialog-login-username', 'chiunque');
    await page.fill('#node-dialog-login-password', PASSWORD);
    await page.click('#node-dialog-login-submit');
    await page.waitForSelector('#red-ui-header-button-user');
    await context.close();
  });
});

describe('sign-in: the older dashboard', () => {
  const data = temporaryData();
  let product: RunningProduct;

  before(async () => {
    copyFileSync(join(ROOT, 'flows/dashboard1.json'), join(data.path, 'flows.json'));
    product = await startProduct(data.path, TERMS);
  });
  after(async () => {
    await product.stop();
    data.remove();
  });

  it('asks for the password at its pages and its socket', async () => {
    const visitor = new Visitor(product.url);
    assert.equal((await visitor.visit('/ui/')).status, 303);
    assert.equal((await visitor.visit('/ui/index.html', { headers: { accept: '*/*' } })).status, 401);
    assert.match(await greeting({}), /password needed/);
    await visitor.signIn(PASSWORD, '/ui/');
    const page = await visitor.visit('/ui/');
    assert.equal(page.status, 200);
    assert.match(page.text, /<form class="bottega-signout" method="post" action="\/auth\/signout" lang="it"><button>Esci<\/button><\/form><\/body>/);
    assert.equal(page.headers['cache-control'], 'no-store');
    const script = await visitor.visit('/ui/js/app.min.js');
    assert.deepEqual([script.status, script.text.includes('bottega-signout')], [200, false]);
    assert.doesNotMatch((await new Visitor(product.url).basic('/ui/', PASSWORD, { accept: 'text/html' })).text, /bottega-signout/);
    assert.doesNotMatch(await greeting({ cookie: `bottega=${visitor.cookies.get('bottega') ?? ''}` }), /password needed/);
  });

  async function greeting(headers: Record<string, string>): Promise<string> {
    const socket = new WebSocket(`${product.url.replace('http', 'ws')}/ui/socket.io/?EIO=4&transport=websocket`, { headers });
    let said = '';
    socket.on('message', (message: Buffer) => { said += message.toString(); });
    await once(socket, 'open');
    socket.send('40');
    await until(() => said, (text) => /4[0-4]\{/.test(text));
    socket.close();
    return said;
  }
});

describe('sign-in: the length of a password', () => {
  const SHORT = 'nove-car.';
  const data = temporaryData();
  after(() => { data.remove(); });

  it('is at least 12 for a new one: on a fresh directory, on the second try, in place of a longer one', async () => {
    const says = /^BOTTEGA_PASSWORD: a new password has at least 12 characters \("…"\)\n$/;
    for (let tries = 0; tries < 2; tries++) assert.match((await runToEnd({ BOTTEGA_DATA: data.path, PORT: '0', BOTTEGA_PASSWORD: SHORT })).stderr, says);
    await (await startProduct(data.path, TERMS)).stop();
    assert.match((await runToEnd({ BOTTEGA_DATA: data.path, PORT: '0', BOTTEGA_PASSWORD: SHORT })).stderr, says);
  });

  it('is a warning, at the start and on /health, for one that a former version has taken', async () => {
    const former = temporaryData();
    copyFileSync(join(ROOT, 'flows/retail.json'), join(former.path, 'flows.json'));
    for (let starts = 0; starts < 2; starts++) {
      const product = await startProduct(former.path, { BOTTEGA_PASSWORD: SHORT });
      const { warnings } = (await product.get('/health')).json as { warnings: { cause: string }[] };
      assert.ok(warnings.some(({ cause }) => cause === 'password.short'));
      assert.equal((await new Visitor(product.url).signIn(SHORT)).status, 303);
      assert.match((await product.stop()).stderr, /BOTTEGA_PASSWORD has fewer than 12 characters/);
    }
    former.remove();
  });
});
