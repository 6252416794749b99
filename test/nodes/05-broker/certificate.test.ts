import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY } from '../../../engine/base/time.js';
import { namesOfMachine, openCertificate } from '../../../nodes/05-broker/tls/certificateFiles.js';

const NOW = Date.now();
const NAMES = ['localhost', 'cassa.local', '127.0.0.1', '192.168.1.20'];

describe('certificate of the built-in broker', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'bottega-tls-')); });
  afterEach(() => { rmSync(folder, { recursive: true, force: true }); });
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

  it('is what OpenSSL takes in its strictest mode, for all names', () => {
    const { cert } = openCertificate(folder, NAMES, NOW);
    for (const name of NAMES) {
      const flag = /^\d/.test(name) ? '-verify_ip' : '-verify_hostname';
      execFileSync('openssl', ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', join(folder, 'ca.crt'), flag, name, join(folder, 'server.crt')], { stdio: 'pipe' });
    }
    const certificate = new X509Certificate(cert);
    assert.equal(certificate.checkHost('altro.local'), undefined);
    assert.equal(certificate.ca, false);
    assert.equal(new X509Certificate(read('ca.crt')).ca, true);
    for (const name of ['ca.key', 'server.key']) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
  });

  it('stays the same while it holds', () => {
    const first = openCertificate(folder, NAMES, NOW);
    assert.deepEqual(openCertificate(folder, NAMES.slice(1), NOW + 790 * DAY), first);
  });

  for (const [why, names, at, damage] of [
    ['a new address', [...NAMES, '192.168.1.21'], NOW, undefined],
    ['its end being near', NAMES, NOW + 800 * DAY, undefined],
    ['a key that is not its own', NAMES, NOW, 'other key'],
    ['a missing key', NAMES, NOW, 'no key'],
  ] as const) {
    it(`is made anew for ${why}, by the same authority`, () => {
      const first = openCertificate(folder, NAMES, NOW);
      const authority = read('ca.crt');
      if (damage === 'other key') writeFileSync(join(folder, 'server.key'), read('ca.key'));
      if (damage === 'no key') rmSync(join(folder, 'server.key'));
      const second = openCertificate(folder, names, at);
      assert.notEqual(second.cert, first.cert);
      assert.equal(read('ca.crt'), authority);
      assert.ok(new X509Certificate(second.cert).verify(new X509Certificate(authority).publicKey));
      assert.deepEqual(openCertificate(folder, names, at), second);
    });
  }

  it('comes from a new authority once that ends, past 2049 too', () => {
    const before = openCertificate(folder, NAMES, NOW);
    const later = Date.UTC(2049, 6, 1);
    const after = openCertificate(folder, NAMES, later);
    assert.notEqual(after.cert, before.cert);
    const authority = new X509Certificate(read('ca.crt'));
    assert.equal(new Date(authority.validTo).getTime(), later + 3_650 * DAY);
    assert.ok(new X509Certificate(after.cert).verify(authority.publicKey));
  });

  it('names this machine', () => {
    for (const name of ['localhost', '127.0.0.1']) assert.ok(namesOfMachine().includes(name));
    openCertificate(folder, namesOfMachine(), NOW);
  });
});
