/**
 * `issueCertificate` makes X.509 certificates (RFC 5280) with keys of the curve P-256: an authority of the installation's own, and the certificate of its
 * broker. Node.js reads certificates but makes none; the few forms of DER (ITU-T X.690) that it takes are written here.
 */
import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';

/** `CertificateTerms`: `[from, until)` in epoch ms; `serial` 16 random bytes. */
export interface CertificateTerms {
  readonly kind: 'authority' | 'server';
  readonly subject: string;
  readonly issuer: string;
  readonly from: number;
  readonly until: number;
  readonly serial: Buffer;
  /** Names and IPv4 addresses of a server. */
  readonly names: readonly string[];
  /** Private keys: of whom it is for, and of who vouches (of an authority: the same). */
  readonly key: KeyObject;
  readonly issuerKey: KeyObject;
}

const [BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OBJECT_ID, UTF8, UTC_TIME, LATE_TIME, SEQUENCE, SET] = [
  0x01, 0x02, 0x03, 0x04, 0x06, 0x0c, 0x17, 0x18, 0x30, 0x31,
] as const;
const ECDSA_SHA256 = '2a8648ce3d040302';
const COMMON_NAME = '550403';
const SERVER_AUTH = '2b06010505070301';
const YEAR_OF_LATE_TIME = 2050;

/** `issueCertificate` as PEM text. */
export function issueCertificate(terms: CertificateTerms): string {
  const algorithm = der(SEQUENCE, objectId(ECDSA_SHA256));
  const body = der(SEQUENCE,
    der(0xa0, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, positive(terms.serial)),
    algorithm,
    nameOf(terms.issuer),
    der(SEQUENCE, instant(terms.from), instant(terms.until)),
    nameOf(terms.subject),
    publicKeyOf(terms.key),
    der(0xa3, der(SEQUENCE, ...extensionsOf(terms))));
  return pem(der(SEQUENCE, body, algorithm, bits(sign('sha256', body, terms.issuerKey))));
}

function extensionsOf({ kind, key, issuerKey, names }: CertificateTerms): Buffer[] {
  const own = extension('551d0e', 'plain', der(OCTET_STRING, keyIdOf(key)));
  const issuers = extension('551d23', 'plain', der(SEQUENCE, der(0x80, keyIdOf(issuerKey))));
  if (kind === 'authority') {
    const isAuthority = der(SEQUENCE, der(BOOLEAN, Buffer.from([0xff])), der(INTEGER, Buffer.from([0])));
    // Bits 5 and 6: it signs certificates and lists of revoked ones.
    return [extension('551d13', 'critical', isAuthority), extension('551d0f', 'critical', der(BIT_STRING, Buffer.from([1, 0b0000_0110]))), own, issuers];
  }
  return [
    extension('551d13', 'critical', der(SEQUENCE)),
    // Bit 0: it signs handshakes.
    extension('551d0f', 'critical', der(BIT_STRING, Buffer.from([7, 0b1000_0000]))),
    extension('551d25', 'plain', der(SEQUENCE, objectId(SERVER_AUTH))),
    extension('551d11', 'plain', der(SEQUENCE, ...names.map(alternativeName))),
    own,
    issuers,
  ];
}

function extension(id: string, weight: 'critical' | 'plain', value: Buffer): Buffer {
  const mark = weight === 'critical' ? [der(BOOLEAN, Buffer.from([0xff]))] : [];
  return der(SEQUENCE, objectId(id), ...mark, der(OCTET_STRING, value));
}

function alternativeName(name: string): Buffer {
  return /^\d+(\.\d+){3}$/.test(name) ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name, 'latin1'));
}

function nameOf(text: string): Buffer {
  return der(SEQUENCE, der(SET, der(SEQUENCE, objectId(COMMON_NAME), der(UTF8, Buffer.from(text)))));
}

function publicKeyOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

/** The hash that RFC 5280 proposes as a name (section 4.2.1.2), of a point of 65 bytes at the end of the key. */
function keyIdOf(key: KeyObject): Buffer {
  return createHash('sha1').update(publicKeyOf(key).subarray(-65)).digest();
}

function instant(at: number): Buffer {
  const date = new Date(at);
  const text = `${date.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`;
  return date.getUTCFullYear() < YEAR_OF_LATE_TIME ? der(UTC_TIME, Buffer.from(text.slice(2))) : der(LATE_TIME, Buffer.from(text));
}

function objectId(hex: string): Buffer {
  return der(OBJECT_ID, Buffer.from(hex, 'hex'));
}

function bits(content: Buffer): Buffer {
  return der(BIT_STRING, Buffer.from([0]), content);
}

/** Neither negative nor with a byte too many in front. */
function positive(bytes: Buffer): Buffer {
  const first = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.concat([Buffer.from([first]), bytes.subarray(1)]);
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function pem(content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
