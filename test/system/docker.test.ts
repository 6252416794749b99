/** Do the files of docker/ hold what they promise? The script is run; what needs Docker itself is read. (The servers: dockerServers.test.ts.) */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from '../../launcher/settings/settings.js';
import { type Compose, DockerFolder, readCompose } from '../support/docker.js';

describe('docker/make-secrets.sh', () => {
  let folder: DockerFolder;
  beforeEach(() => { folder = new DockerFolder(); });
  afterEach(() => { folder.remove(); });

  it('names what it would make, and makes it for nobody but the owner to read', () => {
    const named = folder.makeSecrets('--dry-run');
    assert.equal(existsSync(join(folder.path, '.env')) || existsSync(join(folder.path, 'secrets')), false);
    assert.deepEqual(folder.makeSecrets(), named);
    const made = folder.made();
    assert.deepEqual(Object.keys(made).sort(), [
      '.env', 'secrets/ca.crt', 'secrets/ca.key', 'secrets/mosquitto/passwords', 'secrets/mosquitto/server.crt', 'secrets/mosquitto/server.key',
      'secrets/redis/server.crt', 'secrets/redis/server.key', 'secrets/redis/users.acl',
    ]);
    assert.deepEqual(new Set(Object.values(made).map(({ mode }) => mode)), new Set(['600']));
  });

  it('makes passwords of 256 bits, each another, and prints none', () => {
    const said = folder.makeSecrets().join('\n');
    const passwords = Object.entries(folder.settings()).filter(([name]) => /PASSWORD|TOKEN|KEY/.test(name)).map(([, value]) => value);
    assert.equal(passwords.length, 10);
    assert.equal(new Set(passwords).size, 10);
    for (const password of passwords) assert.ok(/^[0-9a-f]{64}$/.test(password) && !said.includes(password));
    const served = ['mosquitto/passwords', 'redis/users.acl'].map((file) => folder.read(`secrets/${file}`)).join('');
    assert.ok(passwords.every((password) => !served.includes(password)), 'a server is given a password itself');
  });

  it('changes nothing when run again', () => {
    folder.makeSecrets();
    const before = folder.made();
    assert.deepEqual(folder.makeSecrets(), []);
    assert.deepEqual(folder.made(), before);
  });

  it('gives both servers a new password for one that was taken out, and leaves the rest', () => {
    folder.makeSecrets();
    const before = folder.made();
    folder.write('.env', folder.read('.env').replace(/^MQTT_EDGE_PASSWORD=.*\n/m, '').replace(/^REDIS_FRONT_PASSWORD=.*\n/m, ''));
    assert.deepEqual(folder.makeSecrets(), ['MQTT_EDGE_PASSWORD', 'REDIS_FRONT_PASSWORD', 'secrets/mosquitto/passwords', 'secrets/redis/users.acl']);
    const changed = Object.keys(before).filter((file) => before[file]?.text !== folder.made()[file]?.text);
    assert.deepEqual(changed.sort(), ['.env', 'secrets/mosquitto/passwords', 'secrets/redis/users.acl']);
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

  it('asks for every secret by name, has no default for any, and says where they come from', () => {
    assert.throws(() => readCompose({}), /BOTTEGA_UID is missing a value: run docker\/make-secrets\.sh first/);
    const variables = [...text.matchAll(/\$\{(\w+)(:[-?])?([^}]*)\}/g)].map(([, name = '', kind = '', word = '']) => ({ name, kind, word }));
    const required = variables.filter(({ kind }) => kind === ':?');
    assert.ok(required.every(({ word }) => word === 'run docker/make-secrets.sh first'));
    const made = Object.keys(folder.settings()).filter((name) => /^BOTTEGA_([UG]ID|PASSWORD|API_TOKEN|PRIVACY_KEY)$|_PASSWORD$/.test(name));
    assert.deepEqual([...new Set(required.map(({ name }) => name))].sort(), made.sort());
    const others = variables.filter(({ kind }) => kind !== ':?');
    assert.ok(others.every(({ kind }) => kind === ':-'));
    for (const { name, word } of others) if (/SECRET|PASSWORD|TOKEN|KEY/.test(name)) assert.equal(word, '', name);
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

  it('publishes the HTTP of edge and front, on this machine, and nothing else', () => {
    const published = Object.entries(compose.services).flatMap(([name, { ports }]) => (ports ?? []).map((port) => `${name} ${port}`));
    assert.deepEqual(published, ['edge 127.0.0.1:1880:1880', 'front 127.0.0.1:1881:1880']);
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
    for (const name of ['mosquitto', 'redis']) assert.equal(service(name).healthcheck?.test[0], 'CMD-SHELL', name);
    assert.match(readFileSync('docker/Dockerfile', 'utf8'), /^HEALTHCHECK [^\n]*\\\n +CMD .*\/health/m);
  });

  it('gives each server the files its configuration names, and each role its own login', () => {
    for (const [name, file] of [['mosquitto', 'mosquitto/mosquitto.conf'], ['redis', 'redis/redis.conf']] as const) {
      const wanted = [...folder.read(file).matchAll(/\/run\/secrets\/([\w.]+)/g)].map(([, target]) => target);
      const given = service(name).secrets.map(({ target }) => target);
      assert.deepEqual(wanted.filter((target) => !given.includes(target ?? '')), [], name);
    }
    for (const { file } of Object.values(compose.secrets)) assert.ok(file.replace('./', '') in folder.made(), file);
    const [mqttPort, redisPort] = [/^listener (\d+)$/m.exec(folder.read('mosquitto/mosquitto.conf'))?.[1], /^tls-port (\d+)$/m.exec(folder.read('redis/redis.conf'))?.[1]];
    for (const role of NODE_RED) {
      const { environment, secrets } = service(role);
      assert.deepEqual(secrets, [{ source: 'ca', target: 'ca.crt' }]);
      assert.equal(readEnvironment(environment).role, role);
      assert.equal(environment['NODE_EXTRA_CA_CERTS'], '/run/secrets/ca.crt');
      assert.equal(environment['MQTT_URL'], `mqtts://${role}:${folder.setting(`MQTT_${role.toUpperCase()}_PASSWORD`)}@mosquitto:${mqttPort ?? ''}`);
      if (role === 'edge') continue;
      assert.equal(environment['REDIS_URL'], `rediss://${role}:${folder.setting(`REDIS_${role.toUpperCase()}_PASSWORD`)}@redis:${redisPort ?? ''}`);
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
    const [everything, ...allowed] = readFileSync('docker/Dockerfile.dockerignore', 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    assert.equal(everything, '*');
    for (const line of allowed) assert.ok(line.startsWith('!') && existsSync(line.slice(1)) && !/docker|\.env|secret|\.bottega/.test(line), line);
  });
});
