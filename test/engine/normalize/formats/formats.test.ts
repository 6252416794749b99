/** Numbers and dates exactly as their source declares them; ambiguous or undeclared text is refused with a rule. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DATE_KINDS, type DateFormat, parseDate } from '../../../../engine/normalize/formats/dates.js';
import { type NumberFormat, parseNumber } from '../../../../engine/normalize/formats/numbers.js';
import { inEnvironment } from '../../../support/environment.js';

const it_: NumberFormat = { locale: 'it-IT' };
const rome: DateFormat = { locale: 'it-IT', zone: 'Europe/Rome' };

function numberIn(input: unknown, format: NumberFormat): string {
  const parsed = parseNumber(input, format);
  return parsed.outcome === 'number' ? parsed.text : `! ${parsed.rule}`;
}

/** "2026-11-20T12:05:40Z time.gap", or the rule. */
function dateIn(input: unknown, format: DateFormat): string {
  const parsed = parseDate(input, format);
  return parsed.outcome === 'instant' ? [parsed.utc, ...parsed.flags].join(' ') : `! ${parsed.rule}`;
}

describe('parseNumber', () => {
  const cases: readonly (readonly [unknown, NumberFormat, string])[] = [
    ['1.048,30', it_, '1048.30'], ['€ 1.048,30', it_, '1048.30'], ['1.048,30 €', it_, '1048.30'], ['12.345,60\u00a0€', it_, '12345.60'],
    ['EUR 7,5', it_, '7.5'], ['7,50 Euro', it_, '7.50'],
    ['12.345.678,90', it_, '12345678.90'], ['12.345', it_, '12345'], ['7,125', it_, '7.125'], ['+3,00', it_, '3.00'], ['0000012,40', it_, '12.40'],
    ['-8,20', it_, '-8.20'], ['8,20-', it_, '-8.20'], ['\u22128,20', it_, '-8.20'], ['- € 8,20', it_, '-8.20'], ['(8,20)', it_, '-8.20'],
    ['-0,00', it_, '0.00'],
    ['1048.30', it_, '! number.grouping'], ['1.04,30', it_, '! number.grouping'], ['1,2,3', it_, '! number.grouping'],
    ['1.2345,0', it_, '! number.grouping'], ['5,', it_, '! number.grouping'], ['--5', it_, '! number.form'],
    ['1,048.30', { locale: 'en' }, '1048.30'], ['42.500000', { locale: 'en' }, '42.500000'], ['1,23,456.70', { locale: 'en-IN' }, '123456.70'],
    ['1,23,456.70', { locale: 'en' }, '! number.grouping'],
    ["2'048.10", { locale: 'it-CH' }, '2048.10'], ['2’048.10', { locale: 'de-CH' }, '2048.10'], ['CHF 2\'048.10', { locale: 'it-CH' }, '2048.10'],
    ['2\u202f048,10', { locale: 'fr-FR' }, '2048.10'], ['2\u00a0048,10', { locale: 'fr-FR' }, '2048.10'], ['2 048,10', { locale: 'fr-FR' }, '2048.10'],
    ['2 048,10', it_, '! number.grouping'],
    ['5.678', {}, '! number.locale'], ['5.678', { locale: null }, '! number.locale'], ['5,6', {}, '! number.locale'], ['5', {}, '5'],
    ['5', { locale: 'xx-not-a-locale-x' }, '5'], ['5,6', { locale: 'zz' }, '! number.locale'],
    ['', it_, '! number.missing'], ['  ', it_, '! number.missing'], ['NaN', {}, '! number.form'], ['Infinity', it_, '! number.form'],
    ['2e3', {}, '! number.form'], ['2e3', it_, '! number.form'], ['0x1F', it_, '! number.form'],
    ['١٢', it_, '! number.form'], ['1_000', it_, '! number.form'], [null, it_, '! number.type'], [[1], it_, '! number.type'], [true, it_, '! number.type'],
    ['9'.repeat(80), it_, '! number.form'],
    [12.5, {}, '12.5'], [586.45, { currency: 'EUR' }, '586.45'], [-0, {}, '0'], [1e21, {}, '! number.form'], [NaN, {}, '! number.form'],
    [0.1 + 0.2, { currency: 'EUR' }, '0.30000000000000004'],
    [4250, { minorUnits: 2, currency: 'EUR' }, '42.50'], [5, { minorUnits: 2 }, '0.05'], ['-4250', { minorUnits: 2 }, '-42.50'],
    [42.5, { minorUnits: 2 }, '! number.integer'], [4250, { minorUnits: 0 }, '4250'],
    ['1250', { currency: 'JPY' }, '1250'], ['12.5', { currency: 'JPY', locale: 'en' }, '12.5'],
    ['3.125', { currency: 'KWD', locale: 'en' }, '3.125'], ['3.125', { currency: 'EUR', locale: 'en' }, '3.125'],
    ['3.100000', { currency: 'EUR', locale: 'en' }, '3.100000'], ['$ 5,00', { ...it_, currency: 'EUR' }, '! number.currency'],
    ['USD 5,00', { ...it_, currency: 'EUR' }, '! number.currency'], ['€ 5,00', { ...it_, currency: 'EUR' }, '5.00'],
    ['10%', { kind: 'rate' }, '0.10'], ['4,5%', { ...it_, kind: 'rate' }, '0.045'], ['10', { kind: 'rate-percent' }, '0.10'],
    ['0.04', { kind: 'rate', locale: 'en' }, '0.04'], ['10', { kind: 'rate' }, '! number.rate'], ['10%', it_, '! number.form'],
    ['9007199254740995', { kind: 'id' }, '9007199254740995'], ['0007', { kind: 'id' }, '0007'], [7, { kind: 'id' }, '7'],
    [2 ** 60, { kind: 'id' }, '! id.precision'], ['', { kind: 'id' }, '! number.type'],
  ];
  for (const [input, format, expected] of cases) {
    it(`${JSON.stringify(input)} as ${JSON.stringify(format)} is ${expected}`, () => { assert.equal(numberIn(input, format), expected); });
  }

  it('reads back what each locale writes', () => {
    fc.assert(fc.property(fc.integer({ min: -99_999_999, max: 99_999_999 }), fc.constantFrom('it-IT', 'it-CH', 'fr-FR', 'en-US', 'de-AT', 'es-ES', 'en-IN'), (cents, locale) => {
      const text = new Intl.NumberFormat(locale, { minimumFractionDigits: 2 }).format(cents / 100);
      assert.equal(Math.round(Number(numberIn(text, { locale })) * 100), cents, text);
    }), { numRuns: 300 });
  });
});

describe('parseDate', () => {
  const cases: readonly (readonly [unknown, DateFormat, string])[] = [
    ['2026-11-20T09:15:30.123456789Z', {}, '2026-11-20T09:15:30.123456789Z'], ['2026-11-20T10:15:30+01:00', {}, '2026-11-20T09:15:30Z'],
    ['2026-11-20T10:15:30.5+0100', {}, '2026-11-20T09:15:30.5Z'],
    ['2026-11-20 10:15 +01:00', {}, '2026-11-20T09:15:00Z'], ['2026-11-20T10:15:30', { zone: 'Europe/Rome' }, '2026-11-20T09:15:30Z'],
    ['2026-11-20T10:15:30', { zone: 'UTC' }, '2026-11-20T10:15:30Z'],
    ['2026-11-20T10:15:30[Europe/Rome]', {}, '2026-11-20T09:15:30Z'], ['2026/11/20 10:15', rome, '2026-11-20T09:15:00Z'],
    ['2026-11-20T10:15:30', {}, '! date.zone'], ['2026-11-20T10:15:30', { zone: 'Europe/Roma' }, '! date.zone'],
    ['2026-11-20', rome, '2026-11-19T23:00:00Z time.dateonly'], ['2026-11-20T24:00:00', rome, '2026-11-20T23:00:00Z'],
    ['2026-11-20T24:00:01', rome, '! date.impossible'],
    ['20/11/2026 13:05:40', rome, '2026-11-20T12:05:40Z'], ['20.11.2026 13.05', rome, '2026-11-20T12:05:00Z'],
    ['20-11-2026', rome, '2026-11-19T23:00:00Z time.dateonly'], ['3/7/26 9:05', rome, '2026-07-03T07:05:00Z'],
    ['20/11/2026, 13:05:40', rome, '2026-11-20T12:05:40Z'], ['20/11/2026 alle 13:05', rome, '2026-11-20T12:05:00Z'],
    ['05/06/61', rome, '1961-06-04T23:00:00Z time.dateonly'], ['20/11-2026', rome, '! date.form'],
    ['05/06/2026 10:00', { locale: 'en-US', zone: 'UTC' }, '2026-05-06T10:00:00Z'],
    ['05/06/2026 10:00 PM', { locale: 'en-US', zone: 'UTC' }, '2026-05-06T22:00:00Z'],
    ['05/06/2026 12:00 am', { locale: 'en-US', zone: 'UTC' }, '2026-05-06T00:00:00Z'],
    ['05/06/2026 13:00 PM', { locale: 'en-US', zone: 'UTC' }, '! date.impossible'],
    ['05/06/2026 10:00', { locale: 'en-GB', zone: 'UTC' }, '2026-06-05T10:00:00Z'],
    ['05/06/2026', { zone: 'UTC' }, '! date.order'], ['25/06/2026', { zone: 'UTC' }, '! date.order'],
    ['05/06/2026', { locale: 'en', zone: 'UTC' }, '! date.order'], ['05/06/2026', { locale: null, zone: 'UTC' }, '! date.order'],
    ['25/06/2026', { locale: 'en-US', zone: 'UTC' }, '! date.impossible'], ['31/11/2026', rome, '! date.impossible'],
    ['29/02/2028', rome, '2028-02-28T23:00:00Z time.dateonly'], ['29/02/2026', rome, '! date.impossible'],
    ['20 novembre 2026 13:05', rome, '2026-11-20T12:05:00Z'], ['1º dicembre 2026', rome, '2026-11-30T23:00:00Z time.dateonly'],
    ['1° gennaio 2026 ore 8.30', rome, '2026-01-01T07:30:00Z'], ['venerdì 20 novembre 2026, 13:05', rome, '2026-11-20T12:05:00Z'],
    ['5-set-26', rome, '2026-09-04T22:00:00Z time.dateonly'], ['3 mag. 2026', rome, '2026-05-02T22:00:00Z time.dateonly'],
    ['3 may 2026', rome, '! date.form'], ['3 ma 2026', rome, '! date.form'], ['3 brumaio 2026', rome, '! date.form'],
    ['May 3, 2026 4:05 PM', { locale: 'en-US', zone: 'UTC' }, '2026-05-03T16:05:00Z'],
    ['3rd May 2026', { locale: 'en-GB', zone: 'UTC' }, '2026-05-03T00:00:00Z time.dateonly'],
    ['3 juin 2026', { locale: 'fr-FR', zone: 'UTC' }, '2026-06-03T00:00:00Z time.dateonly'],
    ['20261120130540', rome, '2026-11-20T12:05:40Z'], [20261120130540, rome, '2026-11-20T12:05:40Z'], ['20261120T130540Z', {}, '2026-11-20T13:05:40Z'],
    ['20261120', rome, '2026-11-19T23:00:00Z time.dateonly'], ['20261320', rome, '! date.impossible'],
    [1795179940, {}, '2026-11-20T13:05:40Z'], [1795179940250, {}, '2026-11-20T13:05:40.25Z'], ['1795179940250123', {}, '2026-11-20T13:05:40.250123Z'],
    ['1795179940250123789', {}, '2026-11-20T13:05:40.250123789Z'], [1795179940.5, {}, '2026-11-20T13:05:40.5Z'],
    ['1795179940', { kind: 'epoch-s' }, '2026-11-20T13:05:40Z'], ['1795179940', { kind: 'epoch-ms' }, '! date.epoch'], [0, {}, '! date.missing'],
    [-5, {}, '! date.epoch'], ['2026', {}, '! date.epoch'], [NaN, {}, '! date.type'], [1e300, {}, '! date.epoch'],
    ['/Date(1795179940250)/', {}, '2026-11-20T13:05:40.25Z'], ['/Date(1795179940250+0200)/', {}, '2026-11-20T13:05:40.25Z'],
    ['Fri, 20 Nov 2026 13:05:40 GMT', {}, '2026-11-20T13:05:40Z'], ['Fri, 20 Nov 2026 13:05:40 +0100', {}, '2026-11-20T12:05:40Z'],
    ['Mon, 20 Nov 2026 13:05:40 GMT', {}, '! date.impossible'], ['Fri, 20 Nov 2026 13:05:40 CET', {}, '! date.form'],
    [46346.5, { kind: 'excel-1900', zone: 'Europe/Rome' }, '2026-11-20T11:00:00Z'], ['46346,5', { kind: 'excel-1900', zone: 'UTC' }, '2026-11-20T12:00:00Z'],
    [44884.5, { kind: 'excel-1904', zone: 'UTC' }, '2026-11-20T12:00:00Z'],
    [59.5, { kind: 'excel-1900', zone: 'UTC' }, '1900-02-28T12:00:00Z'], [60, { kind: 'excel-1900', zone: 'UTC' }, '! date.impossible'],
    [61.5, { kind: 'excel-1900', zone: 'UTC' }, '1900-03-01T12:00:00Z'], [46346.5, { kind: 'excel-1900' }, '! date.zone'],
    ['0000-00-00 00:00:00', rome, '! date.missing'], ['0001-01-01T00:00:00', rome, '! date.missing'], ['1970-01-01T00:00:00Z', {}, '! date.missing'],
    ['00/00/0000', rome, '! date.missing'],
    ['2026-11-31T00:00:00Z', {}, '! date.impossible'], ['2026-11-20T25:00:00Z', {}, '! date.impossible'], ['2026-11-20T10:60:00Z', {}, '! date.impossible'],
    ['2026-11-20T10:00:00+25:00', {}, '! date.impossible'],
    ['2026-10-25T02:15:00', rome, '2026-10-25T00:15:00Z time.ambiguous'], ['25/10/2026 02:59:59', rome, '2026-10-25T00:59:59Z time.ambiguous'],
    ['2026-10-25T03:00:00', rome, '2026-10-25T02:00:00Z'], ['2026-10-25T02:15:00+01:00', rome, '2026-10-25T01:15:00Z'],
    ['2026-03-29T02:30:00', rome, '2026-03-29T01:30:00Z time.gap'], ['2026-03-29T03:00:00', rome, '2026-03-29T01:00:00Z'],
    ['2026-03-29T01:59:59', rome, '2026-03-29T00:59:59Z'],
    ['20/11/2026', { ...rome, kind: 'iso' }, '! date.form'], ['2026-11-20', { ...rome, kind: 'local' }, '! date.form'],
    [1795179940, { kind: 'iso' }, '! date.form'], ['domani', rome, '! date.form'], ['', rome, '! date.missing'], [{}, rome, '! date.type'],
    ['x'.repeat(99), rome, '! date.form'],
  ];
  for (const [input, format, expected] of cases) {
    it(`${JSON.stringify(input)} as ${JSON.stringify(format)} is ${expected}`, () => { assert.equal(dateIn(input, format), expected); });
  }

  it('is the same in every process zone', async () => {
    const read = (zone: string): Promise<string[]> => inEnvironment({ TZ: zone }, () => cases.map(([input, format]) => dateIn(input, format)));
    assert.deepEqual(await read('America/Los_Angeles'), await read('Pacific/Auckland'));
  });

  it('never throws', () => {
    const format = fc.record({ kind: fc.option(fc.constantFrom(...DATE_KINDS), { nil: undefined }), locale: fc.constantFrom('it-IT', 'en', 'en-US', 'nope!', ''), zone: fc.constantFrom('Europe/Rome', 'X/Y', '') });
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[\d/.:T+Z -]{0,30}$/), fc.double(), fc.anything());
    fc.assert(fc.property(text, format, (input, declared) => {
      parseDate(input, declared as DateFormat);
      parseNumber(input, { locale: declared.locale, minorUnits: 2, currency: 'EUR' });
    }), { numRuns: 2_000 });
  });
});
