/**
 * `Visitor` is who sent a beacon: which address, and whether it is a person's browser that shows the page.
 */
import type { Signed } from '../verdict.js';

/** What programs that read pages call themselves. */
const MACHINES = /bot\b|bot[/;-]|crawl|spider|slurp|headless|lighthouse|facebookexternalhit|whatsapp\/|embedly|preview|monitor|pingdom|uptime|scrapy|phantomjs/i;
const AHEAD = /prefetch|prerender|preview/i;

/** `Visitor`: `machine` is a program that says so itself, `ahead` a browser that fetches a page nobody has opened yet. */
export type Visitor = 'person' | 'machine' | 'ahead';

/** `visitorOf` judges by what browsers and programs say of themselves. */
export function visitorOf(headers: Signed['headers']): Visitor {
  const purposes = [headers['sec-purpose'], headers['purpose'], headers['x-purpose'], headers['x-moz']];
  if (purposes.some((purpose) => purpose !== undefined && AHEAD.test(purpose))) return 'ahead';
  return MACHINES.test(headers['user-agent'] ?? '') ? 'machine' : 'person';
}

/** Addresses of this machine and its own network: whoever speaks for others from there is our proxy. */
const OWN = /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|::1$|f[cd][0-9a-f]{2}:|fe80:)/i;

/**
 * `addressOf` is the name under which an address is counted: what our own proxy says of it (the last entry, which it has written itself), without the part
 * of an IPv6 address that its owner may choose.
 */
export function addressOf(remote: string | undefined, headers: Signed['headers']): string {
  const direct = plain(remote ?? '');
  const forwarded = headers['x-forwarded-for']?.split(',').at(-1)?.trim() ?? '';
  return networkOf(OWN.test(direct) && /^[0-9a-f.:]{2,45}$/i.test(forwarded) ? plain(forwarded) : direct);
}

function plain(address: string): string {
  return address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
}

/** The first four groups of an IPv6 address, written out; every other address as it is. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : new Array<string>(Math.max(0, 8 - groups.length - after.length)).fill('0');
  return `${[...groups, ...zeros, ...after].slice(0, 4).join(':')}::`;
}
