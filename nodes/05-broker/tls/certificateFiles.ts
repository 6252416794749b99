/**
 * `openCertificate` answers the certificate of the built-in broker, and makes anew what is missing, about to expire or of another name: an authority that
 * lasts, which counters and displays are given once (`ca.crt`), and the broker's own certificate, which changes with the addresses of the machine.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { DAY } from '../../../engine/base/time.js';
import { keepPrivately } from '../access/privateFile.js';
import { type CertificateTerms, issueCertificate } from './certificate.js';

/** `BrokerCertificate` as PEM texts. */
export interface BrokerCertificate {
  readonly key: string;
  readonly cert: string;
}

const AUTHORITY = 'Bottega authority';
const AUTHORITY_MS = 3_650 * DAY;
const SERVER_MS = 825 * DAY;
const RENEW_BEFORE_MS = 30 * DAY;
/** Devices whose clock is a little slow take it all the same. */
const VALID_SINCE_MS = DAY;

/** `namesOfMachine` are the names and addresses under which others reach it now. */
export function namesOfMachine(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []).filter(({ family }) => family === 'IPv4').map(({ address }) => address);
  const host = /^[A-Za-z0-9.-]+$/.test(hostname()) ? [hostname(), `${hostname().split('.', 1)[0] ?? ''}.local`] : [];
  return [...new Set(['localhost', '127.0.0.1', ...host, ...addresses])];
}

/** `openCertificate` with all `names`. `now`: epoch ms. */
export function openCertificate(folder: string, names: readonly string[], now: number): BrokerCertificate {
  const authority = openAuthority(folder, now);
  const [cert, key] = [read(folder, 'server.crt'), read(folder, 'server.key')];
  if (cert !== undefined && key !== undefined && fits(cert, key, now) && serves(new X509Certificate(cert), authority.certificate, names)) return { cert, key };
  const fresh = newKey();
  const made = issueCertificate({ ...termsAt(now, SERVER_MS), kind: 'server', subject: names[0] ?? 'localhost', names, key: fresh, issuerKey: authority.key });
  keepKey(folder, 'server.key', fresh);
  keepPrivately(folder, 'server.crt', made);
  return { cert: made, key: textOf(fresh) };
}

interface OpenAuthority {
  readonly key: KeyObject;
  readonly certificate: X509Certificate;
}

function openAuthority(folder: string, now: number): OpenAuthority {
  const [cert, key] = [read(folder, 'ca.crt'), read(folder, 'ca.key')];
  if (cert !== undefined && key !== undefined && fits(cert, key, now)) return { key: createPrivateKey(key), certificate: new X509Certificate(cert) };
  const fresh = newKey();
  const made = issueCertificate({ ...termsAt(now, AUTHORITY_MS), kind: 'authority', subject: AUTHORITY, names: [], key: fresh, issuerKey: fresh });
  keepKey(folder, 'ca.key', fresh);
  keepPrivately(folder, 'ca.crt', made);
  return { key: fresh, certificate: new X509Certificate(made) };
}

function termsAt(now: number, lastsMs: number): Pick<CertificateTerms, 'issuer' | 'from' | 'until' | 'serial'> {
  return { issuer: AUTHORITY, from: now - VALID_SINCE_MS, until: now + lastsMs, serial: randomBytes(16) };
}

function serves(certificate: X509Certificate, authority: X509Certificate, names: readonly string[]): boolean {
  const isNamed = (name: string): boolean => (/^[\d.]+$/.test(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
  return certificate.verify(authority.publicKey) && names.every(isNamed);
}

/** A kill may have come between the two files. */
function fits(cert: string, key: string, now: number): boolean {
  const certificate = new X509Certificate(cert);
  return certificate.checkPrivateKey(createPrivateKey(key)) && new Date(certificate.validTo).getTime() - now > RENEW_BEFORE_MS;
}

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function keepKey(folder: string, name: string, key: KeyObject): void {
  keepPrivately(folder, name, textOf(key));
}

function textOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function read(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
