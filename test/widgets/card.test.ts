/** What a card says: number, trend, definition, and each state of its data, which must not be taken for another. */
import assert from 'node:assert/strict';
import type { CardData } from '../../nodes/85-ui-kpi/view.js';
import { type CardInput, type CardProps, cardOf } from '../../widgets/kpi/card.js';
import texts from '../../widgets/kpi/locales/index.js';
import shared from '../../widgets/shared/locales/index.js';
import { Words } from '../../widgets/shared/words.js';
import { KPIS, OTHER_SOURCES } from '../../engine/kpi/builtinKpis.js';
import { Components } from '../support/components.js';
import { AT, cardData, DAY, rowOf, stateOf } from '../support/widgetStates.js';

const PROPS: CardProps = { title: '', kpi: 'revenue', window: '1d', compare: 'usual', better: 'up', line: 'hours', colors: 'house' };
const italian = new Words(['it-IT'], 'Europe/Rome', texts, shared);
const english = new Words(['en-GB'], 'Europe/Rome', texts, shared);

function card(data: CardData | null | undefined, fields: Partial<CardInput> = {}, props: Partial<CardProps> = {}): ReturnType<typeof cardOf> {
  const state = data === undefined ? undefined : stateOf(data);
  return cardOf({ props: { ...PROPS, ...props }, state, live: [], link: state === undefined ? 'loading' : 'live', now: AT, words: italian, ...fields });
}

describe('card of a number', () => {
  it('says the number in large and small, and how it differs from what is usual', () => {
    const { number, raw, trend, title, state, note, warning } = card(cardData());
    assert.deepEqual([title, number.lead, number.whole, number.rest.replace(/\s/, ' '), raw], ['Fatturato', '', '5.495', ',20 €', '5495.2']);
    assert.deepEqual([trend?.arrow, trend?.size, trend?.against, trend?.tone], ['▲', '12 %', 'sul solito', 'good']);
    assert.deepEqual([state, note, warning], ['live', '', '']);
  });

  it('speaks the viewer’s language, English to who speaks neither', () => {
    const shown = card(cardData(), { words: english });
    assert.deepEqual([shown.title, shown.number.text, shown.trend?.against, shown.definition[0]], ['Revenue', '€5,495.20', 'vs usual', 'What customers paid.']);
    assert.deepEqual([['de-DE', 'fr'], ['fr', 'it'], [], ['en', 'it']].map((languages) => new Words(languages, 'UTC', texts).language), ['en', 'it', 'en', 'en']);
  });

  const TRENDS: readonly [what: string, row: Parameters<typeof rowOf>[0], props: Partial<CardProps>, expected: string | undefined][] = [
    ['less, where more is better', { value: 90, comparison: { value: 100, days: 4 } }, {}, '▼ 10 % sul solito bad'],
    ['less, where less is better', { value: 90, comparison: { value: 100, days: 4 } }, { better: 'down' }, '▼ 10 % sul solito good'],
    ['neither good nor bad', { value: 90, comparison: { value: 100, days: 4 } }, { better: 'neither' }, '▼ 10 % sul solito calm'],
    ['the same', { value: 100.4, comparison: { value: 100, days: 4 } }, {}, '=  come al solito calm'],
    ['a share, in points', { value: 0.245, unit: 'ratio', comparison: { value: 0.224, days: 4 } }, {}, '▲ 2,1 punti sul solito good'],
    ['against yesterday', { value: 110, comparison: { value: 100, days: 1 } }, { compare: 'previous' }, '▲ 10 % su ieri good'],
    ['against last year', { value: 110, comparison: { value: 100, days: 1 } }, { compare: 'lastYear' }, '▲ 10 % sull’anno scorso good'],
    ['nothing known of former days', { comparison: { value: null, days: 0 } }, {}, undefined],
    ['former days of zero', { comparison: { value: 0, days: 4 } }, {}, undefined],
    ['nothing to compare with', {}, { compare: 'nothing' }, undefined],
    ['an unknown number', { value: null }, {}, undefined],
  ];
  for (const [what, row, props, expected] of TRENDS) {
    it(`says the trend: ${what}`, () => {
      const { trend } = card(cardData(rowOf(row)), {}, props);
      assert.equal(trend === undefined ? undefined : `${trend.arrow} ${trend.size} ${trend.against} ${trend.tone}`, expected);
    });
  }

  const yesterday = { size: '1d' as const, start: '2026-11-26T23:00:00.000Z', end: '2026-11-27T23:00:00.000Z' };
  it('says of which days it is, where other days than today were chosen, and takes no live value for theirs', () => {
    const week = { ...DAY, start: DAY.end - 7 * 86_400_000 };
    const days = { stretch: '7d' as const, days: week, compare: 'previous' as const };
    const shown = card(cardData(rowOf({ value: 110, comparison: { value: 100, days: 7 } }), days), { live: [rowOf({ value: 9_999, revision: 9 }) as never] });
    assert.deepEqual([shown.raw, shown.days, shown.trend?.against], ['110', 'ultimi 7 giorni', 'sul periodo prima']);
    assert.equal(card(cardData(rowOf({ value: 100, comparison: { value: 100, days: 7 } }), days)).trend?.against, 'come nel periodo di confronto');
    assert.equal(card(cardData()).days, '');
  });

  const STATES: readonly [what: string, input: () => ReturnType<typeof cardOf>, expected: readonly string[]][] = [
    ['loading', () => card(undefined), ['loading', '', '–', 'Un momento…', '']],
    ['nothing sold', () => card(cardData(rowOf({ value: 0, count: 0 }))), ['nothing', '0', '0,00 €', 'Ancora niente', '']],
    ['as much given back as sold, which is not nothing', () => card(cardData(rowOf({ value: 0, count: 2 }))), ['live', '0', '0,00 €', '', '']],
    ['no data', () => card({ facts: cardData().facts as never, line: [] }), ['unknown', '', '–', 'Ancora nessun dato', '']],
    ['yesterday’s number is not today’s', () => card(cardData(rowOf({ window: yesterday }))), ['unknown', '', '–', 'Ancora nessun dato', '']],
    ['what senders do not say', () => card(cardData(rowOf({ value: null, unknown: 'untold' }))), ['unknown', '', '–', 'Le fonti non lo dicono', '']],
    ['what cannot be', () => card(cardData(rowOf({ value: null, unknown: 'impossible' }))), ['unknown', '', '–', 'Non può essere: controlla i dati', '']],
    ['a number that is gone', () => card({ line: [] }), ['gone', '', '–', 'Il negozio non ha più questo numero', '']],
    ['no connection', () => card(cardData(), { link: 'lost', now: AT + 300_000 }), ['old', '5495.2', '5.495,20 €', '', 'Collegamento interrotto: dati di 5 min fa']],
    ['no store', () => card(cardData(), { link: 'lost', now: AT + 90_000, state: stateOf(cardData(), { troubles: ['store'] }) }), ['old', '5495.2', '5.495,20 €', '', 'L’archivio non risponde: dati di 1 min fa']],
    ['too many pages', () => card(cardData(), { link: 'refused' }), ['refused', '5495.2', '5.495,20 €', 'Troppe pagine aperte insieme: ricarica più tardi', '']],
    ['a quiet day', () => card(cardData(rowOf({ updatedAt: new Date(AT - 7_200_000).toISOString() }))), ['live', '5495.2', '5.495,20 €', 'ultimo movimento 2 h fa', '']],
  ];
  for (const [what, input, expected] of STATES) {
    it(`says its state: ${what}`, () => {
      const { state, raw, number, note, warning } = input();
      assert.deepEqual([state, raw, number.text.replace(/\s/g, ' '), note, warning], expected);
    });
  }

  it('takes the newest live value, and keeps what that window is compared with', () => {
    const { comparison: _comparison, ...live } = rowOf({ value: 6_000, revision: 4 });
    const shown = card(cardData(), { live: [live as never, rowOf({ value: 1, revision: 2 }) as never, { ...live, name: 'orders', value: 88 } as never] });
    assert.deepEqual([shown.raw, shown.trend?.size], ['6000', '22 %']);
  });

  it('shows a front without the workers’ store what is live, and says where the rest is', () => {
    const shown = card(null, { state: stateOf(null, { troubles: ['elsewhere'] }), live: [rowOf() as never] });
    assert.deepEqual([shown.state, shown.raw, shown.trend?.size, shown.definition.at(-1)], ['live', '5495.2', '12 %', 'La storia sta nell’archivio di chi conta']);
  });

  it('does not fall for names of objects', () => {
    for (const kpi of ['constructor', 'toString', 'hasOwnProperty']) assert.equal(card(cardData(undefined), {}, { kpi }).title, kpi);
    assert.equal(italian.text('kpi.__proto__.name'), 'kpi.__proto__.name');
    assert.equal(italian.text('age.days', { constructor: 'x' }), '__n__ giorni fa');
  });

  it('has a name for each built-in number, in both languages', () => {
    for (const { name } of [...KPIS, OTHER_SOURCES]) for (const words of [italian, english]) assert.ok(words.find(`kpi.${name}`), name);
  });
});

describe('component of the card', () => {
  const components = new Components();
  after(() => components.close());

  it('draws number, trend and line for eyes and screen readers', async () => {
    const html = await components.draw('kpi/KpiCard.vue', { props: PROPS, initial: stateOf(cardData(rowOf(), { line: [{ at: 1, value: 1 }, { at: 2, value: null }, { at: 3, value: 4 }, { at: 4, value: 2 }] })) });
    assert.match(html, /<article class="bw bw-kpi bw-house" aria-labelledby="bw-t-w" aria-busy="false">/);
    assert.match(html, /<h2 id="bw-t-w">Revenue<\/h2><button type="button" class="bw-i" aria-expanded="false" aria-controls="bw-def-w" aria-label="What it counts: Revenue">/);
    assert.match(html, /data-kpi="revenue" data-window="1d" data-value="5495.2" data-state="live">/);
    assert.match(html, /<span class="bw-good"><span aria-hidden="true">▲<\/span><span class="bw-said">up<\/span> 12%<\/span> vs usual/);
    assert.equal([...html.matchAll(/<path /g)].length, 2);
  });

  it('draws a place that waits, not a zero, while nothing is known', async () => {
    const html = await components.draw('kpi/KpiCard.vue', { props: PROPS });
    assert.match(html, /aria-busy="true"/);
    assert.match(html, /data-value="" data-state="loading"><span class="bw-skeleton" aria-hidden="true"><\/span>/);
  });

  it('takes text for text', async () => {
    const html = await components.draw('kpi/KpiCard.vue', { props: { ...PROPS, title: '<b onclick="x()">' }, initial: stateOf(cardData()) });
    assert.ok(html.includes('&lt;b onclick=&quot;x()&quot;&gt;') && !html.includes('<b onclick'), html);
  });
});
