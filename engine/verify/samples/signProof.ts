/**
 * `proofHeaders` proves a request from the sender's side, by any family that a secret of ours can speak for.
 */
import { createHash, createHmac } from 'node:crypto';
import type { HmacProof } from '../hmac.js';
import type { SenderProof } from '../senderProof.js';

/** `Unproven` is a request before it is signed: `url` the public one, `now` epoch ms, `id` the delivery's own. */
export interface Unproven {
  readonly url: string;
  readonly body: string;
  readonly id: string;
  readonly now: number;
}

/** `proofHeaders`: `undefined` where only the sender has the key. */
export function proofHeaders(proof: SenderProof, secret: string, request: Unproven): Record<string, string> | undefined {
  switch (proof.family) {
    case 'hmac': return hmacHeaders(proof, secret, request);
    case 'basic': return { authorization: `Basic ${Buffer.from(secret).toString('base64')}` };
    case 'jwt': return proof.key === 'secret' ? { authorization: `Bearer ${tokenFor(secret, request)}` } : undefined;
  }
}

/** When it is sent, and what is signed of the body: both may stand within it. */
function contentOf({ timestamp, within }: HmacProof, { body, now }: Unproven): { readonly at: string; readonly content: string } {
  if (within === undefined) return { at: String(timestamp?.unit === 's' ? Math.floor(now / 1_000) : now), content: body };
  const inner = JSON.parse(body) as Readonly<Record<string, string | undefined>>;
  return { at: inner[within.timestamp] ?? '', content: inner[within.body] ?? '' };
}

function hmacHeaders(proof: HmacProof, secret: string, request: Unproven): Record<string, string> {
  const { signature, timestamp, algorithm, encoding } = proof;
  const { url, id } = request;
  const { at, content } = contentOf(proof, request);
  const parts = {
    'body': content, 'url+body': url + content, 'method+url+body+timestamp': `POST${url}${content}${at}`, 'timestamp.body': `${at}.${content}`,
    'id.timestamp.body': `${id}.${at}.${content}`,
  };
  const key = proof.key === 'standard' ? Buffer.from(secret.replace(/^whsec_/, ''), 'base64') : secret;
  const mac = createHmac(algorithm, key).update(parts[proof.content]).digest(encoding === 'either' ? 'hex' : encoding);
  return {
    [signature.header]: `${signature.prefix ?? ''}${mac}`,
    ...(timestamp !== undefined && { [timestamp.header]: at }),
    ...(proof.id !== undefined && { [proof.id.header]: id }),
  };
}

/** A token that vouches for this body and no other. */
function tokenFor(secret: string, { url, body, id, now }: Unproven): string {
  const iat = Math.floor(now / 1_000);
  const claims = { iss: 'urn:bottega:prova', aud: url, jti: id, iat, exp: iat + 300, bodysha256: createHash('sha256').update(body).digest('base64url') };
  const signed = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
