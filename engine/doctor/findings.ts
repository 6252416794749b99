/**
 * `Finding` is what a doctor says of one thing: how it is, and by which facts. The words are in the locales, by `check` and `as`.
 */
import type { SecretStrength } from '../verify/secretStrength.js';
import { DAY, MINUTE, SECOND } from '../base/time.js';

/** `CheckName`, in the order in which they are reported. */
export const CHECKS = ['node', 'data', 'disk', 'zone', 'clock', 'secrets', 'shop', 'health', 'redis', 'broker', 'address', 'tls', 'body'] as const;
export type CheckName = (typeof CHECKS)[number];

/** `FindingState`: `skipped`, it could not be tried, or need not be. */
export type FindingState = 'ok' | 'warning' | 'failed' | 'skipped';

export interface Finding {
  readonly check: CheckName;
  readonly state: FindingState;
  /** The key of its words below `check`. */
  readonly as: string;
  readonly values: Readonly<Record<string, string>>;
}

const GIB = 1024 ** 3;
/** A day of a busy shop is some megabytes; the store needs as much again while it tidies up. */
const LEAST_FREE_BYTES = GIB;
const FULL_BYTES = GIB / 8;
/** Signed messages are refused when they are five minutes off; alerts and closing times suffer before that. */
const CLOCK_WARNING_MS = 10 * SECOND;
const CLOCK_FAILED_MS = 4 * MINUTE;
const CERTIFICATE_WARNING_MS = 14 * DAY;

const finding = (check: CheckName, state: FindingState, as: string, values: Finding['values'] = {}): Finding => ({ check, state, as, values });

/** `judgeNode`: the running version against the least one, as "20.19.0". */
export function judgeNode(running: string, least: string): Finding {
  const isNew = compareVersions(running, least) >= 0;
  return finding('node', isNew ? 'ok' : 'failed', isNew ? 'good' : 'old', { version: running, least });
}

/** `judgeData`: what the data directory allows, and the mode of the file of secrets in it (absent: there is none). */
export function judgeData(directory: string, access: 'writable' | 'readOnly' | 'missing', secretsMode: number | undefined): Finding {
  if (access !== 'writable') return finding('data', access === 'missing' ? 'warning' : 'failed', access, { directory });
  const isOpen = secretsMode !== undefined && (secretsMode & 0o077) !== 0;
  return isOpen ? finding('data', 'failed', 'open', { directory, mode: (secretsMode & 0o777).toString(8) }) : finding('data', 'ok', 'good', { directory });
}

/** `judgeDisk`: bytes that are free where the data are. */
export function judgeDisk(freeBytes: number): Finding {
  const values = { free: (freeBytes / GIB).toFixed(1) };
  if (freeBytes < FULL_BYTES) return finding('disk', 'failed', 'full', values);
  return freeBytes < LEAST_FREE_BYTES ? finding('disk', 'warning', 'little', values) : finding('disk', 'ok', 'good', values);
}

/** `judgeZone`: `zone` of the shop, as it was asked for. */
export function judgeZone(zone: string, isKnown: boolean): Finding {
  return isKnown ? finding('zone', 'ok', 'good', { zone }) : finding('zone', 'failed', 'unknown', { zone });
}

/** `OtherClock`: another clock (epoch ms), and between which instants of ours it was read. */
export interface OtherClock {
  readonly whose: string;
  readonly at: number;
  readonly askedAt: number;
  readonly answeredAt: number;
  /** How coarse it is: a Date header has whole seconds. */
  readonly stepMs: number;
}

/** `judgeClock` by the reading that is furthest from ours, beyond what its way and its step explain. */
export function judgeClock(readings: readonly OtherClock[]): Finding {
  const offBy = readings.map((reading) => ({ reading, ms: distance(reading) })).sort((a, b) => Math.abs(b.ms) - Math.abs(a.ms));
  const [worst] = offBy;
  if (worst === undefined) return finding('clock', 'skipped', 'alone');
  const values = { whose: worst.reading.whose, seconds: String(Math.round(Math.abs(worst.ms) / SECOND)) };
  if (Math.abs(worst.ms) < CLOCK_WARNING_MS) return finding('clock', 'ok', 'good', values);
  return finding('clock', Math.abs(worst.ms) < CLOCK_FAILED_MS ? 'warning' : 'failed', worst.ms > 0 ? 'slow' : 'fast', values);
}

/** Positive where ours is behind. */
function distance({ at, askedAt, answeredAt, stepMs }: OtherClock): number {
  if (at > answeredAt) return at - answeredAt;
  return at + stepMs < askedAt ? at + stepMs - askedAt : 0;
}

/** `judgeSecrets`: the strength of each secret by its name; what a sender must have and nobody gave stands closed. */
export function judgeSecrets(strengths: Readonly<Record<string, SecretStrength>>): Finding {
  const names = (strength: SecretStrength): string => Object.entries(strengths).filter(([, one]) => one === strength).map(([name]) => name).join(', ');
  const [empty, short] = [names('empty'), names('short')];
  if (short !== '') return finding('secrets', 'warning', 'short', { names: short });
  return empty === '' ? finding('secrets', 'ok', 'good') : finding('secrets', 'ok', 'closed', { names: empty });
}

/** `HealthReport` as `/health` answers it, as far as it is read. */
export interface DoctorHealth {
  readonly status: string;
  readonly causes?: readonly { readonly cause: string; readonly message: string }[];
  readonly warnings?: readonly { readonly cause: string; readonly message: string }[];
}

/** `judgeHealth`: whether the shop runs, and what it says of itself; one finding for each thing that it says. */
export function judgeHealth(url: string, health: DoctorHealth | undefined): readonly Finding[] {
  if (health === undefined) return [finding('shop', 'failed', 'away', { url })];
  const running = finding('shop', 'ok', 'runs', { url });
  const causes = (health.causes ?? []).map(({ cause, message }) => finding('health', 'failed', 'cause', { cause, message }));
  const warnings = (health.warnings ?? []).map(({ cause, message }) => finding('health', 'warning', 'cause', { cause, message }));
  const said = [...causes, ...warnings];
  return said.length === 0 ? [running, finding('health', 'ok', 'good')] : [running, ...said];
}

/** `judgeServer`: whether a server that the environment names can be reached from here; `address` without password. */
export function judgeServer(check: 'redis' | 'broker', address: string | undefined, fault: string | undefined): Finding {
  if (address === undefined) return finding(check, 'ok', 'own');
  return fault === undefined ? finding(check, 'ok', 'good', { address }) : finding(check, 'failed', 'away', { address, fault });
}

/**
 * What a signed message came to that was sent to the public address: `status` 0 where nobody answered (`fault` says why); `sameHere`, the status of the
 * very same message at the shop's own port; `arrival`, whether the endpoint itself saw it come, where somebody in its process asks.
 */
export interface PublicProbe {
  readonly url: string;
  readonly status: number;
  readonly fault?: string;
  readonly sameHere: number;
  readonly arrival?: 'arrived' | 'missing';
}

/** `judgeAddress`: whether what senders call leads to this shop, as far as it can be known from here, and whether the bytes come unchanged. */
export function judgeAddress(probe: PublicProbe | undefined): readonly Finding[] {
  if (probe === undefined) return [finding('address', 'skipped', 'none'), finding('body', 'skipped', 'none')];
  const { url, status, fault = '', sameHere, arrival } = probe;
  if (status === 0) return [finding('address', 'failed', 'away', { url, fault }), finding('body', 'skipped', 'none')];
  if (sameHere !== 200) return [finding('address', 'skipped', 'untried', { url, status: String(sameHere) }), finding('body', 'skipped', 'none')];
  if (status === 200) return [finding('address', 'ok', 'reached', { url }), finding('body', 'ok', 'good')];
  if (status === 401 && arrival !== 'missing') return [finding('address', 'ok', 'answered', { url }), finding('body', 'failed', 'changed', { url })];
  return [finding('address', 'failed', 'other', { url, status: String(status) }), finding('body', 'skipped', 'none')];
}

/** `CertificateProbe`: until when a certificate is valid (epoch ms), or why the handshake failed. */
export type CertificateProbe = { readonly validTo: number; readonly protocol: string } | { readonly fault: string };

/** `judgeTls`: the public address' certificate, absent without TLS. */
export function judgeTls(url: string | undefined, certificate: CertificateProbe | undefined, now: number): Finding {
  if (url !== undefined && !url.startsWith('https:') && !isLocal(url)) return finding('tls', 'failed', 'plain', { url });
  if (certificate === undefined) return finding('tls', 'skipped', 'none');
  if ('fault' in certificate) return finding('tls', 'failed', 'fault', { fault: certificate.fault });
  const days = Math.floor((certificate.validTo - now) / DAY);
  const values = { days: String(days), protocol: certificate.protocol };
  return certificate.validTo - now < CERTIFICATE_WARNING_MS ? finding('tls', 'warning', 'ends', values) : finding('tls', 'ok', 'good', values);
}

function isLocal(url: string): boolean {
  return /^https?:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:|\/|$)/.test(url);
}

/** -1, 0 or 1. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let part = 0; part < 3; part += 1) {
    const difference = (left?.[part] ?? 0) - (right?.[part] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}
