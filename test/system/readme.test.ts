/**
 * Is what the READMEs say true? Every ```sh block of every page is run, in a copy of the repository; a block that no rule below covers fails.
 * Only three things are not done for real: `npm ci` (the CI script has just done it on this lockfile; the copy links its modules), and what
 * needs Docker, whose lines are held against docker/compose.yaml.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCompose } from '../support/docker.js';
import { type Answer, request } from '../support/http.js';
import { type Block, blocksOf, commandsIn, pagePairs } from '../support/markdown.js';
import { Mosquitto } from '../support/mosquitto.js';
import { type Ended } from '../support/product.js';
import { startRedis } from '../support/redis.js';
import { type Running, Sandbox } from '../support/sandbox.js';
import { until } from '../support/waiting.js';
import { accepts, freePort } from '../support/ports.js';

const PAGES = [...[...pagePairs()].flat(), 'docker/README.md'];
const BLOCKS = PAGES.flatMap(blocksOf).filter(({ language }) => language === 'sh');
const TIMELINES = PAGES.flatMap(blocksOf).filter(({ language }) => language === 'yaml');

/** The same commands on two pages are run once. */
const COMMANDS = new Map(BLOCKS.map((block) => [commandsIn(block), block] as const));

interface Rule {
  readonly covers: RegExp;
  readonly holds: (commands: string, block: Block) => Promise<unknown>;
}

describe('READMEs', () => {
  const sandbox = new Sandbox();
  let port: string;
  let mqttPort: string;
  let shop: Running;
  let fileCounted = false;

  before(async () => {
    [port, mqttPort] = [String(await freePort()), String(await freePort())];
    writeTimelines();
    shop = await startShop('npm ci && npm start');
  });
  after(() => sandbox.remove());

  const startShop = (commands: string): Promise<Running> => sandbox.start(commands, { PORT: port, MQTT_PORT: mqttPort }, /^ready [^]*^dashboard /m);
  const placed = (commands: string): string => commands.replaceAll('127.0.0.1:1880', `127.0.0.1:${port}`).replaceAll('-p 1883', `-p ${mqttPort}`);
  const kpi = async (question: string): Promise<Answer> => {
    const { BOTTEGA_API_TOKEN: token = '' } = JSON.parse(readFileSync(join(sandbox.path, '.bottega/secrets.json'), 'utf8')) as Record<string, string>;
    return request(`http://127.0.0.1:${port}/kpi?${question}`, { headers: { authorization: `Bearer ${token}` } });
  };
  const today = async (name: string): Promise<number> => Number((await kpi(`name=${name}&window=1d`)).json.rows[0]?.value ?? 0);

  /** In what the product says: whatever ends, ends well. */
  async function run(commands: string, said: RegExp, cwd = sandbox.path): Promise<Ended> {
    const ended = await sandbox.run(placed(commands), {}, cwd);
    assert.equal(ended.code, 0, `${commands}\n${ended.stdout}${ended.stderr}`);
    assert.match(ended.stdout, said, commands);
    return ended;
  }

  /** A server in a directory of its own, on ports of its own; stopped at the end, cleanly. */
  async function serve(command: string, check: (url: string) => Promise<unknown>): Promise<void> {
    const own = { PORT: '0', MQTT_PORT: String(await freePort()), BOTTEGA_DATA: join(sandbox.home, `data-${String(await freePort())}`) };
    const server = await sandbox.start(command.replace(/\bPORT=\d+/, 'PORT=0'), own, /^ready [^]*^editor /m);
    await check(/^ready (.*)$/m.exec(server.said())?.[1] ?? '');
    assert.doesNotMatch((await server.stop()).stderr, /\[error\]/);
  }

  function writeTimelines(): void {
    for (const { text } of TIMELINES) writeFileSync(join(sandbox.path, /^# (\S+\.timeline\.yaml)/.exec(text)?.[1] ?? assert.fail(text)), text);
  }

  const healthy = async (url: string): Promise<void> => { assert.deepEqual((await request(`${url}/health`)).json, { status: 'ok' }); };

  const RULES: readonly Rule[] = [
    {
      covers: /^npm ci && npm run demo\nnpm ci && npm start$/,
      holds: (commands) => serve(commands.split('\n', 1)[0] ?? '', async (url) => {
        assert.equal((await request(`${url}/dashboard`)).status, 200);
        const counted = async (): Promise<string> => (await request(`${url}/metrics`)).text;
        assert.match(await until(counted, (text) => ACCEPTED.test(text)), ACCEPTED);
      }),
    },
    { covers: /^BOTTEGA_PUBLIC_URL=\S+ BOTTEGA_PASSWORD='[^']+' npm start$/, holds: (command) => serve(command, async (url) => {
      await healthy(url);
      assert.equal((await request(`${url}/dashboard`)).status, 401);
      assert.equal((await request(`${url}/flows`)).status, 401);
    }) },
    { covers: /^openssl rand .*\nchmod .*\nBOTTEGA_ENCRYPTION_KEY_FILE=\S+ npm start$/, holds: (commands) => serve(commands.replaceAll('\n', ' && '), healthy) },
    { covers: /^BOTTEGA_ENCRYPTION_KEY_FILE=\S+ npm run store -- reseal$/, holds: async (command) => {
      // Of a product that ran without a key, and has stopped.
      const own = { PORT: '0', MQTT_PORT: String(await freePort()), BOTTEGA_DATA: join(sandbox.home, 'encrypted') };
      await (await sandbox.start('npm start', own, /^ready /m)).stop();
      writeFileSync(join(sandbox.path, 'bottega.key'), randomBytes(32).toString('base64'));
      const { code, stdout } = await sandbox.run(command, own);
      assert.equal(code, 0, stdout);
      assert.match(stdout, /\d values rewritten; all are encrypted with key/);
    } },
    { covers: /^(BOTTEGA_ROLE=\w+ .* npm start\n?){3}$/, holds: (commands) => line(commands.split('\n')) },
    { covers: /^git pull\nnpm ci\nnpm start$/, holds: async (commands) => {
      const origin = join(sandbox.home, 'origin.git');
      await run(`git init -q -b main && git add -A && git commit -qm one && git clone -q --bare . '${origin}' && git remote add origin '${origin}'
        git fetch -q && git branch -qu origin/main`, /^$/);
      await serve(commands.replaceAll('\n', ' && '), healthy);
    } },
    { covers: /^export BOTTEGA_API_TOKEN.*\ncurl .*\/in\/events -d/, holds: (commands) => run(commands, STORED) },
    { covers: /^export SHOPIFY_WEBHOOK_SECRET[^]*\/in\/shopify$/, holds: async (commands) => {
      const before = await today('revenue');
      await run(commands, STORED);
      assert.equal(await until(() => today('revenue'), (value) => value === cents(before + 19.9)), cents(before + 19.9));
    } },
    { covers: /^export POS_WEBHOOK_SECRET[^]*\/in\/pos$/, holds: async (commands) => {
      const before = await today('revenue');
      await run(commands, STORED);
      assert.equal(await until(() => today('revenue'), (value) => value === cents(before + 1234.5)), cents(before + 1234.5));
    } },
    { covers: /^export TILL_HMAC_SECRET[^]*\/in\/till-hmac$/, holds: async (commands) => {
      const before = await today('revenue');
      await run(commands, STORED);
      assert.equal(await until(() => today('revenue'), (value) => value === cents(before + 12.5)), cents(before + 12.5));
    } },
    { covers: /^export BOTTEGA_API_TOKEN[^]*\/in\/batch\?store=MI-01'$/, holds: async (commands) => {
      const before = await today('revenue');
      await run(commands, /^\{"accepted":\d,"duplicates":\d,"rejected":0\}$/);
      // The receipts of the second page have the same numbers.
      const more = fileCounted ? 0 : 1_258.5;
      fileCounted = true;
      assert.equal(await until(() => today('revenue'), (value) => value === cents(before + more)), cents(before + more));
    } },
    { covers: /^node -p "require\('\.\/\.bottega\/secrets\.json'\)\.\w+"$/, holds: (commands) => run(commands, /^\S{20,}\n$/) },
    { covers: /^npx mqtt pub .*\/in\/footfall\//, holds: async (commands) => {
      const before = await today('footfall');
      await run(commands, /^/);
      assert.equal(await until(() => today('footfall'), (value) => value === before + 3), before + 3);
    } },
    { covers: /^npx mqtt sub .*\/kpi\//, holds: async (commands) => {
      await until(() => today('revenue'), (value) => value > 0);
      const subscriber = await sandbox.start(placed(commands), {}, /bottega\/shop\/kpi\/revenue\/1d\/_\/_ \{"name":"revenue"/);
      await subscriber.stop();
    } },
    { covers: /^export BOTTEGA_API_TOKEN[^\n]*\n(curl .*\/kpi\?.*\n?)+$/, holds: async (commands) => {
      const { stdout } = await run(commands, /"name":"revenue"/);
      const [hours = '', total = ''] = stdout.split(/(?<=\]\})/);
      assert.ok(JSON.parse(hours).rows.length > 0 && JSON.parse(total).rows.length > 0, stdout);
      const file = readdirSync(sandbox.path).find((name) => name.endsWith('.csv')) ?? '';
      assert.match(readFileSync(join(sandbox.path, file), 'utf8'), /^name,window,start,[^]*\r\nrevenue,1d,/);
    } },
    { covers: /^curl -H "Authorization: Bearer \$BOTTEGA_API_TOKEN" '[^']*&group=product&/, holds: async (commands) => {
      await run(`${KEY}\n${commands}`, /^\{"rows":\[/);
      assert.match(readFileSync(join(sandbox.path, 'iva.csv'), 'utf8'), /^name,window,start,/);
    } },
    { covers: /^curl \S+\/health\ncurl \S+\/metrics$/, holds: (commands) => run(commands, /^\{"status":"ok"\}[^]*^# TYPE bottega_/m) },
    { covers: /^npm run doctor$/, holds: (command) => run(`PORT=${port} ${command}`, /(answers at|risponde su) http:\/\/127\.0\.0\.1:\d+\n[^]*, 0 (wrong|che non vanno)\n$/) },
    { covers: /^npm pack\nnpm install --prefix/, holds: async (commands) => {
      mkdirSync(join(sandbox.home, '.node-red'));
      await run(commands, /bottega-node-red-dashboard-2-kpi-.*\.tgz/);
      assert.ok(existsSync(join(sandbox.home, '.node-red/node_modules/@bottega/node-red-dashboard-2-kpi/dist/nodes/10-webhook/webhook.js')));
    } },
    { covers: /^npm run check -- \S+\.timeline\.yaml$/, holds: (commands) => run(commands, /\b[1-9]\d* (passed|riusciti), 0 /) },
    // Where the package is installed, which the rule for `npm pack` did.
    { covers: /^npx bottega-check /, holds: async (commands) => {
      const cwd = join(sandbox.home, '.node-red');
      for (const name of readdirSync(sandbox.path).filter((each) => each.endsWith('.timeline.yaml'))) writeFileSync(join(cwd, name), readFileSync(join(sandbox.path, name)));
      writeFileSync(join(cwd, 'flows.json'), JSON.stringify(EXPORTED));
      await run(commands, /\b1 (passed|riusciti), 0 /, cwd);
    } },
    { covers: /^redis-server --port 6379 /, holds: async (command) => {
      const own = await freePort();
      const server = await sandbox.start(command.replace('6379', String(own)), {}, /Ready to accept connections/);
      assert.equal(await accepts(own), true);
      await server.stop();
    } },
    { covers: /^tar -czf (\S+) \.bottega$/, holds: async (commands) => {
      await shop.stop();
      await run(commands, /^$/);
      shop = await startShop('npm start');
    } },
    { covers: /^tar -xzf (\S+)$/, holds: async (commands) => {
      const revenue = await today('revenue');
      assert.ok(revenue > 0);
      await shop.stop();
      const [from, aside] = ['.bottega', '.lost'].map((name) => join(sandbox.path, name)) as [string, string];
      renameSync(from, aside);
      await run(commands, /^$/);
      rmSync(aside, { recursive: true });
      shop = await startShop('npm start');
      assert.equal(await until(() => today('revenue'), (value) => value === revenue), revenue);
    } },
    { covers: /^(docker\/make-secrets\.sh|docker )/, holds: dockerLines },
  ];

  /** Edge, worker and front on a real broker and a real Redis: what the edge takes, the front answers. */
  async function line(commands: readonly string[]): Promise<void> {
    const [broker, redis] = await Promise.all([Mosquitto.start(), startRedis({ settings: ['--appendonly', 'yes'] })]);
    const shared = { BOTTEGA_API_TOKEN: 'una-chiave-per-tutti', BOTTEGA_PRIVACY_KEY: 'lo-stesso-segreto-dappertutto' };
    const headers = { authorization: `Bearer ${shared.BOTTEGA_API_TOKEN}`, 'content-type': 'application/json' };
    const running = await Promise.all(commands.map((command) => sandbox.start(
      command.replace(/\bPORT=\d+/, 'PORT=0').replace('mqtt://broker', broker.url).replace('redis://redis', redis.url), shared, /^ready [^]*^editor /m,
    )));
    const [edge = '', , front = ''] = running.map((each) => /^ready (.*)$/m.exec(each.said())?.[1] ?? '');
    const sale = { specversion: '1.0', id: 'l-1', source: 'urn:my-till', type: 'sale', subject: 'l/1', time: new Date().toISOString(), data: { store: 'milano-1', channel: 'pos', status: 'completed', amount: '4.20' } };
    assert.equal((await request(`${edge}/in/events`, { method: 'POST', headers, body: JSON.stringify(sale) })).status, 200);
    const answered = async (): Promise<unknown> => (await request(`${front}/kpi?name=revenue&window=1d`, { headers })).json?.rows?.[0]?.value;
    assert.equal(await until(answered, (value) => value === 4.2), 4.2);
    await Promise.all(running.map((each) => each.stop()));
    await Promise.all([broker.stop(), redis.dispose()]);
  }

  /** The script is run; what Docker would do is read: files, services and volumes that there are, options that Compose knows. */
  async function dockerLines(commands: string): Promise<void> {
    if (commands.includes('make-secrets.sh')) await run('docker/make-secrets.sh', /^/);
    const { services, volumes } = readCompose(await composeSettings());
    for (const command of commands.split('\n').filter((each) => !each.startsWith('docker/make-secrets.sh'))) {
      const [, file, rest] = /^docker compose -f (\S+) (.*)$/.exec(command) ?? [];
      if (file !== undefined) {
        assert.ok(existsSync(join(sandbox.path, file)), command);
        assert.match(rest ?? '', /^(up -d --build( --force-recreate)?( --scale \w+=\d+)?|ps|stop|start)$/, command);
        for (const [, service = ''] of command.matchAll(/--scale (\w+)=/g)) assert.ok(service in services, command);
      } else {
        const [, volume = ''] = /^docker run --rm -v bottega_(\w+):\/data:ro -v "\$PWD":\/backup alpine tar -czf \/backup\/\S+\.tgz -C \/data \.$/.exec(command) ?? [];
        assert.ok(volume in volumes, command);
      }
    }
  }

  async function composeSettings(): Promise<Record<string, string>> {
    if (!existsSync(join(sandbox.path, 'docker/.env'))) await run('docker/make-secrets.sh', /^/);
    return Object.fromEntries([...readFileSync(join(sandbox.path, 'docker/.env'), 'utf8').matchAll(/^(\w+)=(.+)$/gm)].map(([, name = '', value = '']) => [name, value]));
  }

  for (const [commands, block] of COMMANDS) {
    it(`${block.page}, line ${String(block.line)}: ${commands.split('\n', 1)[0]?.slice(0, 70) ?? ''}`, async () => {
      const rules = RULES.filter(({ covers }) => covers.test(commands));
      assert.equal(rules.length, 1, `no rule, or several, for:\n${commands}`);
      await rules[0]?.holds(commands, block);
    });
  }
});

/** Said once on a page, above the first question. */
const KEY = 'export BOTTEGA_API_TOKEN=$(node -p "require(\'./.bottega/secrets.json\').BOTTEGA_API_TOKEN")';
const STORED = /\{"accepted":1,"duplicates":0,"rejected":0\}/;
const ACCEPTED = /bottega_events_total\{[^}]*outcome="accepted"[^}]*\} [1-9]/;
const cents = (euros: number): number => Math.round(euros * 100) / 100;

/** As the editor exports it, as far as the check reads. */
const EXPORTED = [
  { id: 'n1', type: 'bottega-shop', version: 1, name: 'Milano', tenant: 'shop', currency: 'EUR', zone: 'Europe/Rome', cutoff: '00:00', stores: [{ id: 'milano-1', name: 'Milano', aliases: '' }] },
  { id: 'n2', type: 'bottega-alert', shop: 'n1', rules: ['Low revenue', 'Incasso basso'].map((name) => ({ name, kpi: 'revenue', size: '1h', op: 'below', threshold: '100', recovery: '120' })) },
];
