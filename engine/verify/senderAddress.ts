/**
 * `TrustedProxies` are the machines in front of us whose word counts: only they may say, in `X-Forwarded-For`, for whom they speak. Everybody else is who
 * the connection says: a header that anybody can write must give nobody a new address for each request.
 */
import type { Signed } from './verdict.js';

/** `AddressRange` is a network: the first `bits` of an address, of 4 bytes or of 16. */
export interface AddressRange {
  readonly bytes: readonly number[];
  readonly bits: number;
}

/** `TrustedProxies`: empty, nobody speaks for others. */
export type TrustedProxies = readonly AddressRange[];

const MAX_RANGES = 200;
/** Further hops than any chain of proxies has; the header may be as long as its sender likes. */
const MAX_HOPS = 20;
const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', 'fc00::/7', 'fe80::/10'],
};

/** `parseProxies` reads addresses and networks with commas between them, `loopback` and `private`; `undefined` where one is neither. */
export function parseProxies(text: string): TrustedProxies | undefined {
  const names = text.split(/[\s,]+/).filter((name) => name !== '').map((name) => name.toLowerCase());
  const ranges = names.flatMap((name) => (Object.hasOwn(NAMED, name) ? NAMED[name] ?? [] : [name])).map(rangeIn);
  const known = ranges.filter((range) => range !== undefined);
  return known.length === ranges.length && known.length <= MAX_RANGES ? known : undefined;
}

/**
 * `senderAddressOf` is the name under which a sender is counted. `remote` is the other end of the connection. From there on backwards each trusted proxy
 * names whom it spoke with; the first that nobody trusted is the sender. Of an IPv6 address the part that its owner may choose is left out.
 */
export function senderAddressOf(remote: string | undefined, headers: Signed['headers'], proxies: TrustedProxies): string {
  let address = plain(remote ?? '');
  const hops = proxies.length === 0 ? [] : (headers['x-forwarded-for'] ?? '').split(',').slice(-MAX_HOPS).reverse().map(plain);
  for (const hop of hops) {
    if (!isIn(address, proxies) || bytesOf(hop) === undefined) break;
    address = hop;
  }
  return networkOf(address);
}

/** Without port, brackets and zone; an IPv4 address that is written as an IPv6 one is an IPv4 address. */
function plain(address: string): string {
  const text = address.trim().toLowerCase().replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^(\d+(\.\d+){3}):\d+$/, '$1').replace(/%.*$/, '');
  return text.replace(/^::ffff:(?=\d+\.)/, '');
}

function isIn(address: string, ranges: readonly AddressRange[]): boolean {
  const bytes = bytesOf(address);
  return bytes !== undefined && ranges.some((range) => range.bytes.length === bytes.length && sharesBits(range, bytes));
}

function sharesBits({ bytes: network, bits }: AddressRange, bytes: readonly number[]): boolean {
  return network.every((byte, index) => {
    const mask = 0xff00 >> Math.min(8, Math.max(0, bits - index * 8)) & 0xff;
    return (byte & mask) === ((bytes[index] ?? 0) & mask);
  });
}

function rangeIn(text: string): AddressRange | undefined {
  const [, address = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bytes = bytesOf(plain(address));
  if (bytes === undefined) return undefined;
  const bits = length === undefined ? bytes.length * 8 : Number(length);
  return bits <= bytes.length * 8 ? { bytes, bits } : undefined;
}

function bytesOf(address: string): number[] | undefined {
  const parts = address.includes(':') ? groupsOf(address)?.flatMap((group) => [group >> 8, group & 0xff]) : address.split('.').map((part) => numberIn(part, 10, /^\d{1,3}$/));
  const size = address.includes(':') ? 16 : 4;
  return parts?.length === size && parts.every((part) => part >= 0 && part <= 255) ? parts : undefined;
}

function groupsOf(address: string): number[] | undefined {
  const groups = spread(address).map((group) => numberIn(group, 16, /^[\da-f]{1,4}$/));
  return groups.length === 8 && groups.every((group) => group >= 0) ? groups : undefined;
}

function numberIn(text: string, radix: number, form: RegExp): number {
  return form.test(text) ? Number.parseInt(text, radix) : -1;
}

/** The groups of an IPv6 address, with the zeros that `::` stands for. */
function spread(address: string): string[] {
  const [head = '', tail, ...more] = address.split('::');
  if (more.length > 0) return [];
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  return tail === undefined ? groups : [...groups, ...new Array<string>(Math.max(0, 8 - groups.length - after.length)).fill('0'), ...after];
}

/** The first four groups of an IPv6 address, written out; every other address as it is. */
function networkOf(address: string): string {
  return address.includes(':') ? `${spread(address).slice(0, 4).join(':')}::` : address;
}
