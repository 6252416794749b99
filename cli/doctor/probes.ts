/**
 * Probes of the doctor: what can be found out about this machine, the shop that runs on it, and the way to it. They change nothing that counts.
 */
import { accessSync, constants, readFileSync, statfsSync, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { messageOf } from '../../engine/base/errors.js';
import { formatInstant } from '../../engine/base/time.js';
import type { DoctorHealth, OtherClock, PublicProbe } from '../../engine/doctor/findings.js';
import { sampleOf, SAMPLE_SHOP } from '../../engine/verify/samples/payloads.js';
import { shopifyRequest, type SignedRequest, TRIAL_HEADER } from '../../engine/verify/samples/sign.js';
import { secureFetch } from '../../nodes/shared/http/secureFetch.js';

const PATIENCE_MS = 10_000;
const SECOND_MS = 1_000;

/** `directoryAccess`: the directory itself, or that it is missing. */
export function directoryAccess(directory: string): 'writable' | 'readOnly' | 'missing' {
  try {
    accessSync(directory, constants.W_OK);
    return 'writable';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'readOnly';
  }
}

/** `modeOf` a file, `undefined` where there is none. */
export function modeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mode;
}

/** `freeBytes` for this user on the disk that holds the directory, or would. */
export function freeBytes(directory: string): number {
  for (let at = resolve(directory); ; at = dirname(at)) {
    try {
      const { bavail, bsize } = statfsSync(at);
      return bavail * bsize;
    } catch (error) {
      if (at === dirname(at)) throw error;
    }
  }
}

/** `keptSecrets` are those that `npm start` made, or nothing. */
export function keptSecrets(data: string): Readonly<Record<string, string>> {
  try {
    return JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8')) as Record<string, string>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** `HealthProbe`: what the shop says of itself, and the clock of the answer; `undefined` where nobody answers. */
export async function askHealth(url: string): Promise<DoctorHealth | undefined> {
  try {
    const response = await secureFetch(`${url}/health`, { trust: 'ourselves', signal: AbortSignal.timeout(PATIENCE_MS) });
    const body = await response.json() as Partial<DoctorHealth>;
    return typeof body.status === 'string' ? { ...body, status: body.status } : undefined;
  } catch {
    return undefined;
  }
}

/** `readClock` of whoever answers at an address, by the Date of the answer; `undefined` where there is none. */
export async function readClock(url: string): Promise<OtherClock | undefined> {
  const askedAt = Date.now();
  try {
    const response = await secureFetch(url, { method: 'HEAD', signal: AbortSignal.timeout(PATIENCE_MS) });
    const at = Date.parse(response.headers.get('date') ?? '');
    return Number.isNaN(at) ? undefined : { whose: new URL(url).host, at, askedAt, answeredAt: Date.now(), stepMs: SECOND_MS };
  } catch {
    return undefined;
  }
}

/** `reach` a server by its address; answers the fault, or `undefined` where it takes the connection. */
export function reach(address: string, usualPort: number): Promise<string | undefined> {
  const { hostname, port } = new URL(address);
  return new Promise((done) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usualPort : Number(port), timeout: PATIENCE_MS });
    const end = (fault: string | undefined): void => {
      socket.destroy();
      done(fault);
    };
    socket.on('connect', () => { end(undefined); });
    socket.on('timeout', () => { end('timeout'); });
    socket.on('error', (error) => { end(messageOf(error)); });
  });
}

/**
 * `probePublic` sends one signed order that Shopify itself marks as a test, which counts nowhere, here and by the public address. Its body has blanks and
 * letters that a proxy which rewrites JSON would change.
 */
export async function probePublic(here: string, publicUrl: string, secret: string, now: number): Promise<PublicProbe> {
  const { headers: { topic = '' }, body } = sampleOf('shopify', 'harmless', now);
  const text = JSON.stringify({ ...body as object, note: 'caffè \u2028 1.0', prova: 1.5 }, null, 3).replace('1.5', '1.50');
  const signed = (id: string): SignedRequest => {
    const request = shopifyRequest({ secret, topic, shop: SAMPLE_SHOP, webhookId: `doctor-${String(now)}-${id}`, triggeredAt: formatInstant(now), body: text });
    return { ...request, headers: { ...request.headers, [TRIAL_HEADER]: 'doctor' } };
  };
  const near = await post(here, signed('near'));
  const far = await post(publicUrl, signed('far'));
  return { url: publicUrl, status: far.status, sameHere: near.status, ...(far.fault === undefined ? {} : { fault: far.fault }) };
}

/** As a sender posts, without following anything. */
function post(base: string, { path, headers, body }: SignedRequest): Promise<{ readonly status: number; readonly fault?: string }> {
  const url = new URL(base.replace(/\/$/, '') + path);
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((done) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const request = open(url, { method: 'POST', headers: { ...headers, ...length }, timeout: PATIENCE_MS, agent: false });
    request.on('response', (response) => {
      response.resume();
      done({ status: response.statusCode ?? 0 });
    });
    request.on('timeout', () => { request.destroy(new Error('timeout')); });
    request.on('error', (error) => { done({ status: 0, fault: messageOf(error) }); });
    request.end(body);
  });
}
