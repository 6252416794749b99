/** `ODDITIES` are values that nobody sends, until somebody does: by name, so that a failing input is printed in one line. */
import { NOW } from '../support/events.js';

/** Text that is written without its quotes: numbers that `JSON.stringify` would never write. */
export const RAW = 'raw:';

const edge = (ms: number): string => new Date(ms).toISOString();
const DAY = 86_400_000;

function nested(depth: number, open: (inner: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let at = 0; at < depth; at += 1) value = open(value);
  return value;
}

const NUMBERS = [
  0, 1, -1, 2, 100, 0.1, -0.005, 1e-7, 5e-324, 1e21, 1e308, -1e308, 999_999_999.99, 1e9, 2 ** 31, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), NOW, NOW / 1_000, 8.64e15, 8.64e15 + 1,
  `${RAW}1e999`, `${RAW}-1e999`, `${RAW}-0`, `${RAW}0.1e-400`, `${RAW}1E+2`, `${RAW}${'9'.repeat(400)}`, `${RAW}-${'1'.repeat(20)}`, `${RAW}1.${'3'.repeat(500)}`,
];
const TEXTS = [
  '', ' ', '\t', '-', '.', ',', '0', '-0', '1,5', '1.5', '1.234,56', '1,234.56', '1\'234.50', '12 345,6', '1e5', '0x10', 'NaN', 'Infinity', '-1', '+1', '٣٤', '１２', '1\u00a0000', '€ 5', '5 EUR',
  '1.234.567.890.123,45', '999999999.99', '0.000000000000000001', '(5,00)', 'null', 'undefined', 'true', '[object Object]', '__proto__', 'constructor', 'toString', 'hasOwnProperty', '_', '/', '#', '+', '%',
  '%zz', '%00', '${PORT}', '../../etc/passwd', 'a/b', 'a:b', 'a|b', 'a=b', '=1+1', '"', '\'', '\\', '\\u0000', '\0', '\n', '\r\n', '\u2028', '\ufeff', '\u202e', '\ud800', '\udfff', '\uffff', '\ufdd0',
  'e\u0301', '\u00e9', 'İ', 'ß', 'ﬀ', '👨‍👩‍👧‍👦', '🇮🇹', '\u200b', '\u0085', '한국어', 'שלום', 'EUR', 'eur', 'USD', 'JPY', 'XXX', 'completed', 'voided', 'open', 'cancelled', 'refund', 'sale', 'closing',
  'erasure', 'http://', 'https://[', 'https://%zz@a.example:99999/', 'mqtt://%zz:%zz@a.example', 'redis://%zz:%zz@a.example', 'javascript:alert(1)', 'cliente@example.it', '@', 'a@', 'Annullo', 'reso merce', '0012-0034',
];
const DATES = [
  '2026-11-22T11:00:00Z', '2026-11-22', '22/11/2026', '22/11/2026 09:15:30', '11/22/2026', '2026-02-30', '2026-02-29', '2024-02-29T23:59:60Z', '2026-10-25T02:30:00', '25/10/2026 02:30', '2026-03-29T02:30:00',
  '29/03/2026 02:30:00', '2026-11-22T24:00:00Z', '2026-11-22T25:00:00Z', '2026-11-22T11:00:00+99:99', '2026-11-22T11:00:00-14:00', '2026-11-22T11:00:00.123456789Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z',
  '+275760-09-13T00:00:00Z', '-000001-01-01T00:00:00Z', '1970-01-01T00:00:00Z', '2026-13-01', '00/00/0000', '2026-11-22T11:00', '20261122091530', '22 novembre 2026 ore 9', '45983.5', '1795255200', '1795255200000',
  edge(NOW + 300_000), edge(NOW + 300_001), edge(NOW - 400 * DAY), edge(NOW - 400 * DAY - 1), edge(NOW + DAY), edge(NOW - 48 * 3_600_000), edge(-8.64e15), edge(8.64e15),
];
const SHAPES: Readonly<Record<string, unknown>> = {
  'null': null, 'true': true, 'false': false, 'empty object': {}, 'empty array': [], 'array of null': [null], 'object of objects': { a: { b: {} } },
  'arrays 1000 deep': nested(1_000, (inner) => [inner]), 'objects 1000 deep': nested(1_000, (inner) => ({ a: inner })),
  'arrays 100000 deep': `${RAW}${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'lists in lists 20000 deep': `${RAW}${'[0,'.repeat(20_000)}0${']'.repeat(20_000)}`,
  '10000 nulls': Array<null>(10_000).fill(null), '10000 objects': Array.from({ length: 10_000 }, () => ({})), '10000 texts': Array<string>(10_000).fill('1,00'),
  '10000 fields': Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`f${String(at)}`, at])),
  'x_ fields': Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`x_${String(at)}`, at])),
  '100000 letters': 'a'.repeat(100_000), '100000 digits': '1'.repeat(100_000), '100000 spaces': ' '.repeat(100_000), '50000 pairs': '1,'.repeat(50_000), '50000 dots': '1.'.repeat(50_000),
  '100000 newlines': '\n'.repeat(100_000), '50000 slashes': 'a/'.repeat(50_000), '50000 quotes': 'a"'.repeat(50_000), '100000 brackets': '['.repeat(100_000), '30000 emoji': '👩‍👧'.repeat(15_000),
  '50000 at signs': 'a@'.repeat(50_000), '30000 lines': 'a=b\n'.repeat(30_000), '60000 words': 'di '.repeat(60_000), '257 letters': 'a'.repeat(257), '64 letters': 'a'.repeat(64), '65 letters': 'a'.repeat(65),
};

/** By name: short ones by what they are. */
export const ODDITIES: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...Object.entries(SHAPES), ...[...NUMBERS, ...TEXTS, ...DATES].map((value) => [`${typeof value} ${JSON.stringify(value).slice(0, 60)}`, value] as const),
]);

/** Names of fields that mean something to JavaScript, to us, or to nobody. */
export const ODD_NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'length', '', ' ', '0', '-1', 'a.b', 'a/b', 'x_', 'x_a', '\0', '\ud800', 'ﬀ', 'data', 'specversion', 'a'.repeat(300)];

/** Marks of text formats, and what breaks them. */
export const ODD_MARKS = [
  ';', ',', '\t', '\n', '\r\n', '"', '""', '<', '>', '</', '/>', '<!--', '<![CDATA[', '<!DOCTYPE x [<!ENTITY e "x">]>', '&e;', '&#0;', '&#x110000;', '&', '=', '?', '#', '%', '%u0000', '+', '{', '}', '[', ']', ':', '|', '\ufeff', '\0',
];
