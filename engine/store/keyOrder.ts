/**
 * Key order: both backends order by bytes, the store by UTF-16 code units; keys are written so that the two agree.
 */

/**
 * `encodeKey` moves code units: LevelDB orders by UTF-8 bytes, the store by UTF-16 code units; they disagree only from U+D800 up. There the units move:
 * surrogates to U+E000 – U+E7FF, what lies behind them to U+10000 and up, which keeps order and even lone surrogates.
 */
export function encodeKey(key: string): string {
  return HIGH_UNIT.test(key) ? key.replace(HIGH_UNITS, (unit) => String.fromCodePoint(unit.charCodeAt(0) + shiftOf(unit))) : key;
}

/** `decodeKey` reads the order-keeping form back. */
export function decodeKey(encoded: string): string {
  return HIGH_UNIT.test(encoded) ? encoded.replace(HIGH_POINTS, (point) => String.fromCharCode(unshifted(point.codePointAt(0) ?? 0))) : encoded;
}

const HIGH_UNIT = /[\ud800-\uffff]/;
const HIGH_UNITS = /[\ud800-\uffff]/g;
const HIGH_POINTS = /[\ue000-\ue7ff\u{10000}-\u{11fff}]/gu;

function shiftOf(unit: string): number {
  return unit < '\ue000' ? 0x800 : 0x2000;
}

function unshifted(point: number): number {
  return point - (point < 0x10000 ? 0x800 : 0x2000);
}
