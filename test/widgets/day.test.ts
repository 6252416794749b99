/** What the day says and draws: so far, usual, projection and its range, in words and lines. */
import assert from 'node:assert/strict';
import { drawDay, valueAt } from '../../widgets/day/curve.js';
import { type DayInput, type DayProps, dayOf } from '../../widgets/day/day.js';
import texts from '../../widgets/day/locales/index.js';
import { sayPoint, ticksOf } from '../../widgets/day/point.js';
import shared from '../../widgets/shared/locales/index.js';
import { Words } from '../../widgets/shared/words.js';
import type { DayData } from '../../nodes/86-ui-day/view.js';
import { Components } from '../support/components.js';
import { AT, DAY, dayData, FACTS, hour, rowOf, stateOf } from '../support/widgetStates.js';

const PROPS: DayProps = { title: '', kpi: 'revenue', target: 7_500, colors: 'house' };
const italian = new Words(['it-IT'], 'Europe/Rome', texts, shared);
const english = new Words(['en-US'], 'Europe/Rome', texts, shared);
const BOX = { width: 616, height: 190 };

function day(data: DayData | null | undefined, fields: Partial<DayInput> = {}): ReturnType<typeof dayOf> {
  const state = data === undefined ? undefined : stateOf(data);
  return dayOf({ props: PROPS, state, live: [], link: state === undefined ? 'loading' : 'live', now: AT, words: italian, ...fields });
}

const projected = ({ projection }: ReturnType<typeof dayOf>): string | undefined => projection && `${projection.lead} ${projection.value} ${projection.range}`.replace(/\u00a0/g, ' ');

describe('the day in words', () => {
  it('says how much, against the usual same weekday by now, and where it will end', () => {
    const shown = day(dayData());
    assert.deepEqual([shown.title, shown.number.whole, shown.trend?.size, shown.trend?.against], ['Fatturato di oggi', '5.495', '12 %', 'sul solito sabato a quest’ora']);
    assert.equal(projected(shown), 'A fine giornata circa 7.900 € (7.300–8.600)');
    assert.equal(shown.target.replace(/\u00a0/g, ' '), 'obiettivo 7.500 €');
    assert.equal(projected(day(dayData(), { words: english })), 'By closing about €7,900 (7,300–8,600)');
  });

  it('shows a day that is past as it was: its name, its total against such a day, no projection', () => {
    const { projection: _none, ...rest } = dayData({ when: 'past' });
    const later = AT + 5 * 86_400_000;
    const shown = day(rest, { now: later });
    assert.deepEqual([shown.title, shown.number.whole, shown.trend?.against, shown.projection, shown.note, shown.state], ['Fatturato di sabato 28 novembre', '5.495', 'sul solito sabato', undefined, '', 'live']);
    assert.equal(day({ ...rest, row: rowOf({ value: 0, count: 0 }) }, { now: later }).note, 'Nessuna vendita quel giorno');
    assert.equal(day(rest, { now: later, props: { ...PROPS, title: 'Incasso' } }).title, 'Incasso · sabato 28 novembre');
  });

  it('says an estimate no finer than it is', () => {
    const said = (value: number, least: number, most: number): string | undefined => projected(day(dayData({ projection: { value, least, most } })));
    assert.equal(said(1_899, 1_868, 1_941), 'A fine giornata circa 1.900 € (1.870–1.940)');
    assert.equal(said(43, 38, 51), 'A fine giornata circa 43 € (38–51)');
    assert.equal(said(0, 0, 0), 'A fine giornata circa 0 € (0–0)');
  });

  it('says that the target is reached', () => {
    assert.equal(day(dayData({ row: rowOf({ value: 7_500 }) })).target.replace(/\u00a0/g, ' '), 'obiettivo di 7.500 € raggiunto');
  });

  const { row: _row, ...rowless } = dayData();
  const { projection: _projection, ...unprojected } = dayData();
  const NOTES: readonly [what: string, data: DayData | null | undefined, state: string, note: string][] = [
    ['everything known', dayData(), 'live', ''],
    ['loading', undefined, 'loading', 'Un momento…'],
    ['nothing sold yet', dayData({ row: rowOf({ value: 0, count: 0 }) }), 'nothing', 'Ancora nessuna vendita oggi'],
    ['closed', dayData({ row: rowOf({ value: 0, count: 0 }), hours: [] }), 'nothing', 'oggi chiuso'],
    ['nothing known', { ...rowless, days: 0 }, 'unknown', 'Ancora nessun dato'],
    ['the first week', { ...unprojected, usual: [], days: 0 }, 'live', 'Il confronto arriva dopo il primo giorno uguale; la previsione dopo quattro'],
    ['the third week', { ...unprojected, days: 2 }, 'live', 'La previsione arriva dopo quattro giorni uguali: per ora 2'],
    ['a number that does not add up', { ...unprojected, facts: { ...FACTS, adds: 'not' }, usual: [], soFar: [], days: 0 }, 'live', 'Questo numero non si somma nella giornata'],
  ];
  for (const [what, data, state, note] of NOTES) {
    it(`says what is missing: ${what}`, () => {
      const shown = day(data);
      assert.deepEqual([shown.state, shown.note], [state, note]);
    });
  }

  it('says a point of the curve', () => {
    const say = (at: number): string => sayPoint(at, dayData(), { value: 5_495.2, now: AT, unit: 'EUR' }, italian).join(', ').replace(/\u00a0/g, ' ');
    assert.equal(say(hour(12)), 'alle 12:00: 2.040 €, di solito 2.100 €');
    assert.equal(say(AT), 'alle 17:17: 5.495 €, di solito 5.798 €');
    assert.equal(say(hour(20)), 'alle 20:00: previsti 7.912 €, di solito 7.700 €');
  });
});

describe('the day in lines', () => {
  const NOW = { value: 5_495.2, now: AT, target: 7_500 };

  it('goes from opening to closing, and to what came beyond them', () => {
    const spans = (data: Partial<DayData>): readonly number[] => { const { from, to } = drawDay(dayData(data), NOW, BOX); return [(from - DAY.start) / 3_600_000, (to - DAY.start) / 3_600_000]; };
    assert.deepEqual(spans({}), [9, 20]);
    assert.deepEqual(spans({ hours: [{ start: hour(8.5), end: hour(13) }, { start: hour(15), end: hour(19.5) }] }), [8, 20]);
    assert.deepEqual(spans({ usual: [], days: 0, soFar: [] }), [0, 24]);
    assert.deepEqual(spans({ soFar: [{ at: hour(7.5), value: 3 }, { at: hour(17), value: 9 }] }), [7, 20]);
  });

  it('ends so far at now, begins the projection there, and keeps usual and range inside the drawing', () => {
    const drawn = drawDay(dayData(), NOW, BOX);
    const numbers = [drawn.line, drawn.usual, drawn.ahead, drawn.range].map((path) => [...path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const));
    for (const points of numbers) for (const [x, y] of points) assert.ok(x >= 0 && x <= BOX.width && y >= 0 && y <= drawn.base, `${String(x)},${String(y)}`);
    const [line = [], usual = [], ahead = []] = numbers;
    const near = (a: readonly number[] | undefined, b: readonly number[] | undefined): boolean => a !== undefined && b !== undefined && a.every((each, index) => Math.abs(each - (b[index] ?? Infinity)) < 0.2);
    assert.ok(near(line.at(-1), [drawn.tip.x, drawn.tip.y]) && near(ahead[0], line.at(-1)));
    assert.ok(near([usual.at(-1)?.[0] ?? 0], [drawn.x(hour(20))]));
    assert.ok(drawn.targetY !== undefined && drawn.targetY > 0 && drawn.targetY < drawn.base);
  });

  it('draws no projection where there is none, or the day is over', () => {
    const { projection: _projection, ...unprojected } = dayData();
    assert.deepEqual([drawDay(unprojected, NOW, BOX).ahead, drawDay(unprojected, NOW, BOX).range], ['', '']);
    assert.equal(drawDay(dayData(), { ...NOW, now: DAY.end - 60_000 }, BOX).to, DAY.end);
  });

  it('keeps a day of more refunds than sales on the paper', () => {
    const drawn = drawDay(dayData({ soFar: [{ at: hour(10), value: -300 }] }), { value: -200, now: AT }, BOX);
    assert.ok(drawn.y(-300) <= drawn.base && drawn.y(0) < drawn.base);
  });

  it('reads between its points in proportion', () => {
    const points = [{ at: 10, value: 0 }, { at: 20, value: 100 }];
    assert.deepEqual([5, 10, 15, 20, 30].map((at) => valueAt(points, at)), [0, 0, 50, 100, 100]);
    assert.equal(valueAt([], 5), 0);
  });

  it('marks full hours, as many as find their place, and now', () => {
    const said = (width: number): string[] => ticksOf(drawDay(dayData(), NOW, { width, height: 190 }), AT, width, italian).map(({ text }) => text);
    assert.deepEqual(said(616), ['9', '10', '11', '12', '13', '14', '15', '16', '18', '19', '20', '17:17']);
    assert.deepEqual(said(340), ['9', '11', '13', '15', '19', '17:17']);
  });
});

describe('component of the day', () => {
  const components = new Components();
  after(() => components.close());

  it('draws the number, the words and a chart that can be read by keyboard', async () => {
    const html = await components.draw('day/DayHero.vue', { props: PROPS, initial: stateOf(dayData()) });
    assert.match(html, /data-kpi="revenue" data-window="1d" data-value="5495.2" data-state="live">/);
    assert.match(html, /role="slider" tabindex="0" aria-label="What has come in, hour by hour, against what is usual"[^>]* aria-valuetext="at 17:17: €5,495, usually €5,798"/);
    for (const path of ['bw-area', 'bw-range', 'bw-usual', 'bw-ahead', 'bw-far']) assert.match(html, new RegExp(`<path class="${path}" d="M`), path);
  });

  it('draws a place that waits while nothing is known', async () => {
    const html = await components.draw('day/DayHero.vue', { props: PROPS });
    assert.match(html, /data-value="" data-state="loading"><span class="bw-skeleton"/);
    assert.ok(!html.includes('<svg'), html);
  });
});

describe('texts of the widgets', () => {
  it('are the same in both languages', () => {
    const keysOf = (texts: unknown, prefix = ''): string[] => (typeof texts !== 'object' || texts === null ? [prefix] : Object.entries(texts).flatMap(([key, inner]) => keysOf(inner, `${prefix}.${key}`)));
    for (const { it: one, en } of [texts, shared]) assert.deepEqual(keysOf(en).sort(), keysOf(one).sort());
  });
});
