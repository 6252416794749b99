/** Do the files of docker/ hold what they promise? The script is run; what needs Docker itself is read. (The servers: dockerServers.test.ts.) */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { secretsInFiles } from '../../engine/base/secretFiles.js';
import { readEnvironment } from '../../launcher/settings/settings.js';
import { type Compose, DockerFolder, readCompose } from '../support/docker.js';

const PASSWORDS = [
  'BOTTEGA_PASSWORD', 'BOTTEGA_API_TOKEN', 'BOTTEGA_PRIVACY_KEY', 'MQTT_EDGE_PASSWORD', 'MQTT_WORKER_PASSWORD', 'MQTT_FRONT_PASSWORD', 'MQTT_HEALTH_PASSWORD',
  'REDIS_WORKER_PASSWORD', 'REDIS_FRONT_PASSWORD', 'REDIS_HEALTH_PASSWORD',
];
/** Made empty: whoever sends has them. */
const EMPTY = [
  'SHOPIFY_WEBHOOK_SECRET', 'HUBSPOT_CLIENT_SECRET', 'WOOCOMMERCE_WEBHOOK_SECRET', 'POS_JWT_SECRET', 'POS_WEBHOOK_SECRET', 'BOTTEGA_OIDC_CLIENT_SECRET',
];

describe('docker/make-secrets.sh', () => {
  let folder: DockerFolder;
  beforeEach(() => { folder = new DockerFolder(); });
  afterEach(() => { folder.remove(); });

  it('names what it would make, and makes it for nobody but the owner to read', () => {
    const named = folder.makeSecrets('--dry-run');
    assert.equal(existsSync(join(folder.path, '.env')) || existsSync(join(folder.path, 'secrets')), false);
    assert.deepEqual(folder.makeSecrets(), named);
    const made = folder.made();
    assert.deepEqual(Object.keys(made).sort(), ['.env', ...[
      ...PASSWORDS, ...EMPTY, 'BOTTEGA_ENCRYPTION_KEY', 'ca.crt', 'ca.key', 'edge/MQTT_URL', 'front/MQTT_URL', 'front/REDIS_URL', 'mosquitto/health',
      'mosquitto/passwords', 'mosquitto/server.crt', 'mosquitto/server.key', 'redis/server.crt', 'redis/server.key', 'redis/users.acl', 'worker/MQTT_URL', 'worker/REDIS_URL',
    ].map((file) => `secrets/${file}`)].sort());
    assert.deepEqual(new Set(Object.values(made).map(({ mode }) => mode)), new Set(['600']));
  });

  it('makes passwords of 256 bits, each another, and prints none', () => {
    const said = folder.makeSecrets().join('\n');
    const passwords = PASSWORDS.map((name) => folder.secret(name));
    assert.equal(new Set(passwords).size, 10);
    for (const password of passwords) assert.ok(/^[0-9a-f]{64}$/.test(password) && !said.includes(password));
    for (const name of EMPTY) assert.equal(folder.secret(name), '', name);
    assert.equal(folder.secret('BOTTEGA_ENCRYPTION_KEY'), 'off');
    assert.deepEqual(Object.keys(folder.settings()).sort(), ['BOTTEGA_GID', 'BOTTEGA_UID', 'TZ_SHOP']);
    const served = ['mosquitto/passwords', 'redis/users.acl'].map((file) => folder.read(`secrets/${file}`)).join('');
    assert.ok(passwords.every((password) => !served.includes(password)), 'a server is given a password itself');
  });

  it('changes nothing when run again', () => {
    folder.makeSecrets();
    const before = folder.made();
    assert.deepEqual(folder.makeSecrets(), []);
    assert.deepEqual(folder.made(), before);
  });

  it('gives servers and those who dial them a new password for one that was taken out, and leaves the rest', () => {
    folder.makeSecrets();
    const before = folder.made();
    for (const name of ['MQTT_EDGE_PASSWORD', 'REDIS_FRONT_PASSWORD']) rmSync(join(folder.path, 'secrets', name));
    const expected = ['MQTT_EDGE_PASSWORD', 'REDIS_FRONT_PASSWORD', 'mosquitto/passwords', 'redis/users.acl', 'edge/MQTT_URL', 'front/REDIS_URL'].map((file) => `secrets/${file}`);
    assert.deepEqual(folder.makeSecrets(), expected);
    const changed = Object.keys(before).filter((file) => before[file]?.text !== folder.made()[file]?.text);
    assert.deepEqual(changed.sort(), [...expected].sort());
    assert.equal(folder.secret('edge/MQTT_URL'), `mqtts://edge:${folder.secret('MQTT_EDGE_PASSWORD')}@mosquitto:8883`);
  });

  it('moves what a former version kept in .env to files, and nothing of it stays there', () => {
    folder.write('.env', `SHOPIFY_WEBHOOK_SECRET=of-the-shop\nPOS_JWT_SECRET=\nTZ_SHOP=Europe/Rome\nBOTTEGA_PASSWORD=chosen by the owner\nMQTT_EDGE_PASSWORD=${'a'.repeat(64)}\n`);
    folder.makeSecrets();
    assert.deepEqual(['SHOPIFY_WEBHOOK_SECRET', 'POS_JWT_SECRET', 'BOTTEGA_PASSWORD', 'MQTT_EDGE_PASSWORD'].map((name) => folder.secret(name)),
      ['of-the-shop', '', 'chosen by the owner', 'a'.repeat(64)]);
    assert.deepEqual(folder.read('.env').match(/^\w+(?==)/gm)?.sort(), ['BOTTEGA_GID', 'BOTTEGA_UID', 'TZ_SHOP']);
    assert.deepEqual(folder.makeSecrets(), []);
  });

  it('renews a certificate that another authority signed, with the authority there is', () => {
    folder.makeSecrets();
    const { ca } = folder;
    const other = new DockerFolder();
    other.makeSecrets();
    folder.write('secrets/redis/server.crt', other.read('secrets/redis/server.crt'));
    other.remove();
    assert.deepEqual(folder.makeSecrets(), ['secrets/redis/server.crt']);
    assert.equal(folder.ca, ca);
    assert.ok(new X509Certificate(folder.read('secrets/redis/server.crt')).verify(new X509Certificate(ca).publicKey));
  });

  it('makes certificates for the names by which the services call each other', () => {
    folder.makeSecrets();
    for (const name of ['mosquitto', 'redis']) {
      const certificate = new X509Certificate(folder.read(`secrets/${name}/server.crt`));
      for (const host of [name, 'localhost']) assert.equal(certificate.checkHost(host), host);
      assert.equal(certificate.checkHost('other.example'), undefined);
      assert.equal(certificate.ca, false);
      assert.ok(new Date(certificate.validTo).getTime() > Date.now() + 800 * 86_400_000);
    }
  });
});

describe('docker/compose.yaml', () => {
  const NODE_RED = ['edge', 'worker', 'front'];
  const text = readFileSync('docker/compose.yaml', 'utf8');
  let folder: DockerFolder;
  let compose: Compose;

  before(() => {
    folder = new DockerFolder();
    folder.makeSecrets();
    compose = readCompose(folder.settings());
  });
  after(() => { folder.remove(); });
  const service = (name: string): Compose['services'][string] => {
    const found = compose.services[name];
    assert.ok(found, name);
    return found;
  };

  it('asks for every setting without a default by name, and says where it comes from', () => {
    assert.throws(() => readCompose({}), /BOTTEGA_UID is missing a value: run docker\/make-secrets\.sh first/);
    const variables = [...text.matchAll(/\$\{(\w+)(:[-?])?([^}]*)\}/g)].map(([, name = '', kind = '', word = '']) => ({ name, kind, word }));
    const required = variables.filter(({ kind }) => kind === ':?');
    assert.ok(required.every(({ word }) => word === 'run docker/make-secrets.sh first'));
    assert.deepEqual([...new Set(required.map(({ name }) => name))].sort(), ['BOTTEGA_GID', 'BOTTEGA_UID']);
    const others = variables.filter(({ kind }) => kind !== ':?');
    assert.ok(others.every(({ kind }) => kind === ':-'));
  });

  it('hands secrets over as files, to those who need them and nobody else: no variable holds one', () => {
    const all = new Set(Object.keys(folder.made()).filter((file) => /PASSWORD|TOKEN|KEY|SECRET|_URL|health/.test(file)).map((file) => folder.read(file).trim()));
    for (const [name, { environment }] of Object.entries(compose.services)) {
      for (const [variable, value] of Object.entries(environment ?? {})) {
        assert.ok(!/PASSWORD|TOKEN|SECRET|KEY/.test(variable) || variable.endsWith('_FILE'), `${name}: ${variable}`);
        assert.ok(value === '' || [...all].every((secret) => secret === '' || secret === 'off' || !value.includes(secret)), `${name}: ${variable}`);
      }
      const files = folder.secretFiles(compose, name);
      const named = Object.entries(environment ?? {}).filter(([variable]) => variable.endsWith('_FILE')).map(([, path]) => path);
      if (NODE_RED.includes(name)) assert.deepEqual(Object.keys(files).filter((path) => !path.endsWith('ca.crt')).sort(), named.sort(), name);
      for (const file of Object.values(files)) assert.ok(existsSync(file), `${name}: ${file}`);
    }
  });

  it('runs nothing as root, with capabilities, on a writable file system or without limits', () => {
    assert.deepEqual(Object.keys(compose.services).sort(), ['edge', 'front', 'mosquitto', 'redis', 'worker']);
    for (const [name, each] of Object.entries(compose.services)) {
      const { user, read_only, cap_drop, security_opt, restart } = each;
      assert.match(user, /^[1-9]\d*:[1-9]\d*$/, name);
      assert.deepEqual({ read_only, cap_drop, security_opt, restart },
        { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], restart: 'unless-stopped' }, name);
      const { cpus, memory, pids } = each.deploy.resources.limits;
      assert.ok(Number(cpus) > 0 && /^\d+[mg]$/.test(String(memory)) && Number(pids) > 0, name);
      for (const key of ['privileged', 'cap_add', 'container_name', 'network_mode', 'pid', 'devices']) assert.ok(!(key in each), `${name}: ${key}`);
    }
  });

  it('publishes webhooks, and editor and dashboard on ports of their own, on this machine, and nothing else', () => {
    assert.equal(service('edge').environment?.['BOTTEGA_INTAKE_PORT'], '1890');
    // Wherever the webhooks are published: the editor of the edge is for this machine.
    const open = readCompose({ ...folder.settings(), BOTTEGA_BIND: '0.0.0.0' });
    assert.deepEqual(open.services['edge']?.ports, ['0.0.0.0:1880:1890', '127.0.0.1:1882:1880']);
    const published = Object.entries(compose.services).flatMap(([name, { ports }]) => (ports ?? []).map((port) => `${name} ${port}`));
    assert.deepEqual(published, ['edge 127.0.0.1:1880:1890', 'edge 127.0.0.1:1882:1880', 'front 127.0.0.1:1881:1880']);
    assert.equal(compose.networks['inside']?.internal, true);
    for (const name of ['worker', 'mosquitto', 'redis']) assert.deepEqual(service(name).networks, ['inside'], name);
  });

  it('keeps data in named volumes, and lets workers multiply', () => {
    const mounts = Object.entries(compose.services).flatMap(([name, { volumes }]) => (volumes ?? []).map((volume) => `${name} ${volume}`));
    assert.deepEqual(mounts, ['edge edge:/data', 'front front:/data', 'mosquitto mosquitto:/mosquitto/data', 'redis redis:/data']);
    assert.deepEqual(Object.keys(compose.volumes).sort(), ['edge', 'front', 'mosquitto', 'redis']);
    assert.match(service('worker').tmpfs?.[1] ?? '', /^\/data:uid=\d+,gid=\d+,mode=0700$/);
  });

  it('waits for healthy servers, and checks every service', () => {
    const waiting = { mosquitto: { condition: 'service_healthy' }, redis: { condition: 'service_healthy' } };
    assert.deepEqual(service('worker').depends_on, waiting);
    assert.deepEqual(service('front').depends_on, waiting);
    assert.deepEqual(service('edge').depends_on, { mosquitto: { condition: 'service_started' } });
    assert.deepEqual(['mosquitto', 'redis'].map((name) => service(name).healthcheck?.test[0]), ['CMD', 'CMD-SHELL']);
    assert.match(readFileSync('docker/Dockerfile', 'utf8'), /^HEALTHCHECK [^\n]*\\\n +CMD .*\/health/m);
  });

  it('gives each server the files its configuration names, and each role its own login', () => {
    for (const [name, file] of [['mosquitto', 'mosquitto/mosquitto.conf'], ['redis', 'redis/redis.conf']] as const) {
      const wanted = [...folder.read(file).matchAll(/\/run\/secrets\/([\w.]+)/g)].map(([, target]) => target);
      const given = Object.keys(folder.secretFiles(compose, name)).map((path) => path.replace('/run/secrets/', ''));
      assert.deepEqual(wanted.filter((target) => !given.includes(target ?? '')), [], name);
    }
    for (const { file } of Object.values(compose.secrets)) assert.ok(file.replace('./', '') in folder.made(), file);
    const [mqttPort, redisPort] = [/^listener (\d+)$/m.exec(folder.read('mosquitto/mosquitto.conf'))?.[1], /^tls-port (\d+)$/m.exec(folder.read('redis/redis.conf'))?.[1]];
    for (const role of NODE_RED) {
      const files = folder.secretFiles(compose, role);
      const { environment = {} } = service(role);
      const found = secretsInFiles(environment, (path) => readFileSync(files[path] ?? path, 'utf8'));
      const here = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, files[value] ?? value]));
      assert.equal(readEnvironment({ ...here, ...found }).role, role);
      assert.equal(environment['NODE_EXTRA_CA_CERTS'], '/run/secrets/ca.crt');
      assert.equal(found['MQTT_URL'], `mqtts://${role}:${folder.secret(`MQTT_${role.toUpperCase()}_PASSWORD`)}@mosquitto:${mqttPort ?? ''}`);
      if (role === 'edge') continue;
      assert.equal(found['REDIS_URL'], `rediss://${role}:${folder.secret(`REDIS_${role.toUpperCase()}_PASSWORD`)}@redis:${redisPort ?? ''}`);
    }
  });

  it('builds images that end as a plain user, from files that exist and hold no secret', () => {
    for (const [name, { build }] of Object.entries(compose.services)) {
      const context = join('docker', build.context);
      const dockerfile = readFileSync(join(context, build.dockerfile ?? 'Dockerfile'), 'utf8');
      assert.match(dockerfile.slice(dockerfile.lastIndexOf('\nFROM')), /^USER \$\{BOTTEGA_UID\}:\$\{BOTTEGA_GID\}$/m, name);
      assert.deepEqual(build.args, { BOTTEGA_UID: folder.setting('BOTTEGA_UID'), BOTTEGA_GID: folder.setting('BOTTEGA_GID') }, name);
      const copied = [...dockerfile.matchAll(/^COPY (?!--from)(?:--\S+ )*(.+) \S+$/gm)].flatMap(([, files]) => (files ?? '').split(' '));
      for (const file of copied) assert.ok(existsSync(join(context, file)), `${name}: ${file}`);
    }
    // Named by version. (By digest only where somebody can ask the registry for it.)
    for (const name of ['docker', 'docker/mosquitto', 'docker/redis']) {
      for (const [, image = ''] of readFileSync(join(name, 'Dockerfile'), 'utf8').matchAll(/^FROM (\S+)/gm)) assert.match(image, /^[\w-]+:\d+(\.\d+)*(-[a-z]+)?$/, name);
    }
    const [everything, ...allowed] = readFileSync('docker/Dockerfile.dockerignore', 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    assert.equal(everything, '*');
    for (const line of allowed) assert.ok(line.startsWith('!') && existsSync(line.slice(1)) && !/docker|\.env|secret|\.bottega/.test(line), line);
  });

  it('lets everything reach the build that it needs', function () {
    this.timeout(300_000);
    const root = mkdtempSync(join(tmpdir(), 'bottega-image-'));
    try {
      const allowed = readFileSync('docker/Dockerfile.dockerignore', 'utf8').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1));
      for (const name of allowed) cpSync(name, join(root, name), { recursive: true });
      mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
      for (const name of readdirSync('node_modules').filter((each) => each !== '.cache')) symlinkSync(resolve('node_modules', name), join(root, 'node_modules', name));
      for (const command of [['scripts/build.mjs'], ['scripts/sbom.mjs', '--image']]) execFileSync(process.execPath, command, { cwd: root, stdio: 'pipe' });
      const shipped = [...readFileSync('docker/Dockerfile', 'utf8').matchAll(/^COPY --from=build (.+) \S+$/gm)].flatMap(([, files = '']) => files.split(' '));
      for (const file of shipped) assert.ok(existsSync(join(root, file.replace('/app/', ''))), file);
      assert.ok(existsSync(join(root, 'dist/launcher/start.js')) && existsSync(join(root, 'resources/ui-bottega-kpi.js')));
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
