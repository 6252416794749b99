/** What notices say: amounts as on the page, the hour that October repeats, an empty window, one that was open in part, and what ended. */
import assert from 'node:assert/strict';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';
import type { ActiveAlert, AlertState, LastSample } from '../../../engine/alert/state.js';
import type { AbsenceRule, AlertRule } from '../../../engine/alert/rule.js';
import { HOUR, LocalClock, MINUTE, parseInstant } from '../../../engine/base/time.js';
import { Writer } from '../../../nodes/70-alert/notification.js';
import { AlertTexts, type Language, sourceKind } from '../../../nodes/70-alert/text/format.js';
import type { ShopPort } from '../../../nodes/shared/ports.js';

const shop = { stores: [{ id: 'm', name: 'Milano', aliases: [] }], calendar: new Calendar(new LocalClock('Europe/Rome')) } as unknown as ShopPort;
const rule: AlertRule = {
  name: 'Basso', kpi: 'revenue', size: '1h', channel: '_', group: 'all', evaluate: 'finished', when: { op: 'below', threshold: 1_500, recovery: 1_500 },
  forMs: 0, keepFiringForMs: 0, repeatMs: 0, noDataMs: 0,
};
const at = (text: string): number => parseInstant(text) ?? NaN;
const NOON = at('2026-11-24T12:00:00+01:00');
const noBreak = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, ' ');

function say(
  newest: Partial<LastSample>, change: { to?: AlertState['state']; cause?: 'threshold' | 'history' | 'correction' } = {}, language: Language = 'it', fields: Partial<AlertRule> = {},
): string {
  const sample = { start: NOON - HOUR, end: NOON, value: 0, unit: 'EUR', count: 3, ...newest };
  const state: AlertState = { state: 'firing', since: NOON, run: [sample.start], lastSeenAt: NOON - HOUR, newest: sample };
  const { to = 'firing', cause = 'threshold' } = change;
  return noBreak(new Writer(shop, language, 'n').write({ rule: { ...rule, ...fields }, store: '_', state }, { to, cause }, NOON).text);
}

describe('the wording of notices', () => {
  const figures: [value: number, unit: string, it: string, en: string][] = [
    [1_050.1, 'EUR', '1.050,10 €', '€1,050.10'], [12_345.6, 'EUR', '12.345,60 €', '€12,345.60'], [999.99, 'EUR', '999,99 €', '€999.99'],
    [-1_050.1, 'EUR', '-1.050,10 €', '-€1,050.10'], [1_050, 'count', '1.050', '1,050'], [4_000, 'JPY', '4.000 JPY', 'JP¥4,000'],
  ];
  for (const [value, unit, it_, en] of figures) {
    it(`writes ${String(value)} ${unit} as on the page`, () => {
      assert.deepEqual((['it', 'en'] as const).map((language) => noBreak(new AlertTexts(language, 'Europe/Rome').figure(value, unit))), [it_, en]);
    });
  }

  it('writes amount and threshold of a notice so', () => {
    assert.match(say({ value: 1_050.1 }), /^Basso\. Fatturato: 1\.050,10 € dalle 11:00 alle 12:00, sotto la soglia di 1\.500,00 €\./);
    assert.match(say({ value: 1_050.1 }, {}, 'en'), /^Basso\. Revenue: €1,050\.10 from 11:00 to 12:00, below the threshold of €1,500\.00\./);
  });

  const nights: [title: string, start: string, minutes: number, zone: string, it: string][] = [
    ['before it', '2026-10-25T01:00:00+02:00', 60, 'Europe/Rome', 'dalle 01:00 alle 02:00 (ora legale)'],
    ['the first two to three', '2026-10-25T02:00:00+02:00', 60, 'Europe/Rome', 'dalle 02:00 (ora legale) alle 02:00 (ora solare)'],
    ['the second', '2026-10-25T02:00:00+01:00', 60, 'Europe/Rome', 'dalle 02:00 (ora solare) alle 03:00'],
    ['a quarter in the first', '2026-10-25T02:15:00+02:00', 15, 'Europe/Rome', 'dalle 02:15 alle 02:30 (ora legale)'],
    ['a quarter in the second', '2026-10-25T02:15:00+01:00', 15, 'Europe/Rome', 'dalle 02:15 alle 02:30 (ora solare)'],
    ['after it', '2026-10-25T03:00:00+01:00', 60, 'Europe/Rome', 'dalle 03:00 alle 04:00'],
    ['any other night', '2026-10-24T02:00:00+02:00', 60, 'Europe/Rome', 'dalle 02:00 alle 03:00'],
    ['March, when nothing comes twice', '2026-03-29T01:00:00+01:00', 60, 'Europe/Rome', 'dalle 01:00 alle 03:00'],
    ['a zone that repeats half an hour', '2026-04-05T01:30:00+11:00', 15, 'Australia/Lord_Howe', 'dalle 01:30 alle 01:45 (ora legale)'],
  ];
  for (const [title, start, minutes, zone, expected] of nights) {
    it(`distinguishes the hour that October repeats: ${title}`, () => {
      const span = { start: at(start), end: at(start) + minutes * MINUTE };
      assert.equal(new AlertTexts('it', zone).window(minutes === 60 ? '1h' : '15m', span), expected);
    });
  }

  const empty: [title: string, sample: Partial<LastSample>, expected: RegExp][] = [
    ['its till', { count: 0, absentSources: ['urn:bottega:pos:milano'] }, /: nessuna vendita, e nessuna notizia dalla cassa\. Che fare/],
    ['its till and its online shop', { count: 0, absentSources: ['urn:bottega:pos:a', 'urn:bottega:pos:b', 'urn:bottega:shopify:x'] }, /e nessuna notizia dalla cassa, dal negozio online\./],
    ['something else', { count: 0, absentSources: ['urn:bottega:hubspot:42'] }, /e nessuna notizia da hubspot \(42\)\./],
    ['nobody in particular, who is sending', { count: 0 }, /0,00 € dalle 11:00 alle 12:00, sotto la soglia di 1\.500,00 €\. Che fare/],
  ];
  for (const [title, sample, expected] of empty) it(`says of an empty window that nothing came from ${title}`, () => { assert.match(say(sample), expected); });

  const advised: [kpi: string, when: AlertRule['when'], value: number, expected: RegExp][] = [
    ['revenue', { op: 'below', threshold: 500, recovery: 500 }, 430, /controllare che casse e negozio online/],
    ['revenue', { op: 'above', threshold: 500, recovery: 500 }, 1_050.1, /sopra la soglia di 500,00 €\. Che fare: guardare il dettaglio nel cruscotto$/],
    ['revenue', { op: 'outside', low: 100, high: 500 }, 99, /controllare che casse e negozio online/],
    ['revenue', { op: 'outside', low: 100, high: 500 }, 501, /Che fare: guardare il dettaglio nel cruscotto$/],
    ['card_share', { op: 'above', threshold: 0.9, recovery: 0.9 }, 0.95, /Che fare: guardare il dettaglio nel cruscotto$/],
    ['refunds', { op: 'above', threshold: 300, recovery: 300 }, 301, /guardare gli ultimi resi/],
    ['refunds', { op: 'below', threshold: 1, recovery: 1 }, 0, /Che fare: guardare il dettaglio nel cruscotto$/],
    ['average_ticket', { op: 'outside', low: 5, high: 80 }, 81, /controllare sconti e prezzi/],
  ];
  for (const [kpi, when, value, expected] of advised) {
    it(`advises on ${kpi} of ${String(value)} what fits ${when.op}`, () => { assert.match(say({ value }, {}, 'it', { kpi, when }), expected); });
  }

  it('says in proportion to what it compared', () => {
    assert.match(say({ value: 45, projected: 90, openMs: 30 * MINUTE }), /Fatturato: 45,00 € in 30 min di apertura, in proporzione 90,00 € dalle 11:00 alle 12:00, sotto/);
  });

  it('says that nobody waits any more', () => {
    assert.equal(say({}, { to: 'resolved', cause: 'history' }), 'Basso: non si aspettano più dati (l\'ultimo da martedì 24 novembre, 11:00). Fatturato');
    const absence: AbsenceRule = { kind: 'absence', name: 'Muta', repeatMs: 0 };
    const alert: ActiveAlert = { rule: absence, store: encodeURIComponent('urn:x:cassa'), state: { state: 'resolved', since: NOON, run: [], lastSeenAt: NOON, absence: { usual: 9, lastSeenAt: NOON - HOUR } } };
    assert.equal(new Writer(shop, 'it', 'n').write(alert, { to: 'resolved', cause: 'history' }, NOON).text, 'Muta: cassa non si aspetta più (tace da martedì 24 novembre, 11:00)');
  });

  const kinds: [string, ReturnType<typeof sourceKind>][] = [
    ['urn:bottega:pos:milano-1', 'till'], ['urn:bottega:file:cor10', 'till'], ['urn:timeline:cassa', 'till'], ['till-2', 'till'],
    ['urn:bottega:shopify:a.myshopify.com', 'online'], ['urn:bottega:woocommerce:x', 'online'], ['urn:bottega:hubspot:1', 'other'], ['urn:counter:entrance', 'other'],
  ];
  for (const [source, kind] of kinds) it(`takes ${source} for ${kind}`, () => { assert.equal(sourceKind(source), kind); });
});
