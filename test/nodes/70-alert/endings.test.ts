/** What a notice says of its end: which window it fired for, and that something was voided or corrected. Timelines of values, in both languages. */
import assert from 'node:assert/strict';
import { LocalClock, parseInstant } from '../../../engine/base/time.js';
import { Calendar } from '../../../engine/calendar/windowAssigner.js';
import type { AlertRule } from '../../../engine/alert/rule.js';
import { initialState, type KpiSample } from '../../../engine/alert/state.js';
import { step } from '../../../engine/alert/stateMachine.js';
import { Writer } from '../../../nodes/70-alert/notification.js';
import type { ShopPort } from '../../../nodes/shared/ports.js';

const calendar = new Calendar(new LocalClock('Europe/Rome'));
const shop = { stores: [], calendar } as unknown as ShopPort;
const rule: AlertRule = {
  name: 'R', kpi: 'refunds', size: '1d', channel: '_', group: 'all', evaluate: 'live', when: { op: 'above', threshold: 100, recovery: 100 },
  forMs: 0, keepFiringForMs: 0, repeatMs: 0, noDataMs: 0,
};
const at = (text: string): number => parseInstant(`2026-11-${text}:00+01:00`) ?? NaN;
/** A value of the window that holds the first instant, emitted at the second. */
type Line = readonly [of: string, now: string, value: number, count: number, status?: KpiSample['status'], previous?: number];

/** The text of the last notice to people. */
function lastOf(one: AlertRule, lines: readonly Line[]): string[] {
  let state = initialState(at('26T08:00'));
  const size = one.size === 'auto' ? '1h' : one.size;
  let texts: string[] = [];
  for (const [of, now, value, count, status = 'live', previous] of lines) {
    const sample: KpiSample = {
      ...calendar.windowAt(size, at(of)), value, unit: 'EUR', count, revision: count + 1, status, updatedAt: at(now), ...(previous === undefined ? {} : { previous }),
    };
    const after = step(one, state, { kind: 'value', sample }, at(now));
    ({ state } = after);
    for (const { to, cause, audience } of after.transitions) {
      if (audience !== 'people' || cause === 'command') continue;
      texts = (['it', 'en'] as const).map((language) => new Writer(shop, language, 'n').write({ rule: one, store: '_', state }, { to, cause }, at(now)).text);
    }
  }
  return texts.map((text) => text.replaceAll(/[\u00a0\u202f]/g, ' '));
}

describe('the end of an alert', () => {
  const hourly: AlertRule = { ...rule, size: '1h', evaluate: 'finished' };
  const rows: [what: string, rule: AlertRule, lines: readonly Line[], it: string, en: string][] = [
    ['names the day that a late file made it fire for', rule, [['27T15:00', '28T09:00', 150, 3, 'corrected'], ['28T09:30', '28T09:30', 20, 1]],
      'R: rientrato (era scattato per venerdì 27 novembre). Resi: 20,00 € di sabato 28 novembre',
      'R: recovered (it fired for Friday 27 November). Refunds: €20.00 on Saturday 28 November'],
    ['names the hour', hourly, [['27T15:00', '27T16:00', 150, 3, 'final'], ['27T16:00', '27T17:00', 20, 1, 'final']],
      'R: rientrato (era scattato per la finestra dalle 15:00 alle 16:00). Resi: 20,00 € dalle 16:00 alle 17:00',
      'R: recovered (it fired for the window from 15:00 to 16:00). Refunds: €20.00 from 16:00 to 17:00'],
    ['names the hour of another day', hourly, [['27T22:00', '27T23:00', 150, 3, 'final'], ['28T09:00', '28T10:00', 20, 1, 'final']],
      'R: rientrato (era scattato per la finestra dalle 22:00 alle 23:00 di venerdì 27 novembre). Resi: 20,00 € dalle 09:00 alle 10:00',
      'R: recovered (it fired for the window from 22:00 to 23:00 on Friday 27 November). Refunds: €20.00 from 09:00 to 10:00'],
    ['names no other window where it is the same', { ...rule, kpi: 'card_share', when: { op: 'below', threshold: 100, recovery: 100 } }, [['28T09:00', '28T09:00', 50, 1], ['28T09:00', '28T09:30', 200, 2]],
      'R: rientrato. Quota carte: 200,00 € di sabato 28 novembre', 'R: recovered. Card share: €200.00 on Saturday 28 November'],
    ['names none where windows move with the clock', { ...rule, size: 'last-15m' }, [['28T09:00', '28T09:00', 150, 3], ['28T09:05', '28T09:05', 20, 1]],
      'R: rientrato. Resi: 20,00 € negli ultimi 15 minuti', 'R: recovered. Refunds: €20.00 in the last 15 minutes'],
    ['says that something was voided', rule, [['28T09:00', '28T09:00', 150, 3], ['28T09:00', '28T09:30', 40, 2]],
      'R: rientrato, perché qualcosa è stato annullato. Resi: ora 40,00 € (prima 150,00 €) di sabato 28 novembre',
      'R: recovered, because something was voided. Refunds: now €40.00 (€150.00 before) on Saturday 28 November'],
    ['says that something was corrected', rule, [['28T09:00', '28T09:00', 150, 3], ['28T09:00', '28T09:30', 40, 3]],
      'R: rientrato, perché i dati sono stati corretti. Resi: ora 40,00 € (prima 150,00 €) di sabato 28 novembre',
      'R: recovered, because the figures were corrected. Refunds: now €40.00 (€150.00 before) on Saturday 28 November'],
    ['says which finished window was voided, though a newer one is known', { ...hourly, when: { op: 'above', threshold: 100, recovery: 10 } },
      [['27T15:00', '27T16:00', 150, 3, 'final'], ['27T16:00', '27T17:00', 20, 1, 'final'], ['27T15:00', '27T17:30', 40, 2, 'corrected', 150]],
      'R: rientrato, perché qualcosa è stato annullato. Resi: ora 40,00 € (prima 150,00 €) dalle 15:00 alle 16:00',
      'R: recovered, because something was voided. Refunds: now €40.00 (€150.00 before) from 15:00 to 16:00'],
  ];
  for (const [what, one, lines, it_, en] of rows) it(what, () => { assert.deepEqual(lastOf(one, lines), [it_, en]); });
});
