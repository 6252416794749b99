/** The header in words: whose shop, until when, live or not, which pages, and what is wrong. */
import assert from 'node:assert/strict';
import type { HeaderData, OpeningState } from '../../nodes/84-ui-header/source.js';
import { headerOf, type ShownHeader } from '../../widgets/header/header.js';
import texts from '../../widgets/header/locales/index.js';
import shared from '../../widgets/shared/locales/index.js';
import { Words } from '../../widgets/shared/words.js';
import { Components } from '../support/components.js';
import { AT, stateOf } from '../support/widgetStates.js';

const italian = new Words(['it-IT'], 'Europe/Rome', texts, shared);
const english = new Words(['en-GB'], 'Europe/Rome', texts, shared);
const HOUR = 3_600_000;
const PAGES = [{ name: 'Oggi', path: '/oggi', alerts: 'elsewhere' as const }, { name: 'Avvisi', path: '/avvisi', alerts: 'there' as const }];

function data(fields: Partial<HeaderData> = {}): HeaderData {
  return { name: 'Ada Lampade', opening: { state: 'always' }, pages: PAGES, alerts: 0, health: 'ok', causes: [], ...fields };
}

function shown(fields: Partial<HeaderData> = {}, words = italian): ShownHeader {
  return headerOf(stateOf(data(fields)), 'live', { title: '' }, AT, words);
}

describe('header in words', () => {
  it('says whose shop it is, and the day', () => {
    assert.deepEqual([shown().name, shown().letter, shown().date, shown().hours, shown().live], ['Ada Lampade', 'A', 'sabato 28 novembre', '', { state: 'live', text: 'In diretta' }]);
    assert.deepEqual([shown({ name: 'Il mio negozio' }).letter, shown({ name: 'My shop' }, english).letter, shown({ name: '' }).letter], ['N', 'S', '']);
  });

  const HOURS: readonly [opening: OpeningState, italian: string, english: string][] = [
    [{ state: 'open', at: AT + 2 * HOUR }, 'aperto fino alle 19:17', 'open until 19:17'],
    [{ state: 'open', at: AT + 8 * HOUR }, 'aperto fino a dom 29/11, 01:17', 'open until Sun 29/11, 01:17'],
    [{ state: 'closed', at: AT + 15 * HOUR }, 'chiuso, apre dom 29/11, 08:17', 'closed, opens Sun 29/11, 08:17'],
    [{ state: 'closed', holiday: 'Ferie' }, 'chiuso per Ferie', 'closed for Ferie'],
  ];
  for (const [opening, it_, en] of HOURS) {
    it(`says the hours: ${it_}`, () => { assert.deepEqual([shown({ opening }).hours, shown({ opening }, english).hours], [it_, en]); });
  }

  it('counts open alerts on the tab of the page that has them', () => {
    assert.deepEqual(shown({ alerts: 3 }).tabs.map(({ name, alerts }) => [name, alerts]), [['Oggi', 0], ['Avvisi', 3]]);
  });

  const WRONG: readonly [what: string, fields: Partial<HeaderData>, fault: RegExp, loss: RegExp][] = [
    ['nothing', {}, /^$/, /^$/],
    ['the store is full', { health: 'down', causes: [{ cause: 'store.full', message: 'x' }] }, /^Il disco è pieno/, /^$/],
    ['what nobody put into words', { health: 'down', causes: [{ cause: 'constructor', message: 'as it is' }] }, /^as it is$/, /^$/],
    ['the store was repaired', { causes: [{ cause: 'store.repaired', message: 'x' }] }, /^$/, /riparato e qualcosa è perso: fai rimandare/],
    ['the flow was damaged, twice', { causes: ['flows.damaged', 'flows.damaged'].map((cause) => ({ cause, message: 'x' })) }, /^$/, /^Il flusso era rovinato: [^.]*$/],
    ['what loses nothing', { causes: [{ cause: 'clock.slow', message: 'x' }] }, /^$/, /^$/],
  ];
  for (const [what, fields, fault, loss] of WRONG) {
    it(`says what is wrong: ${what}`, () => {
      assert.match(shown(fields).fault, fault);
      assert.match(shown(fields).loss, loss);
    });
  }

  // Every cause that says that something of the numbers may be missing.
  for (const cause of ['store.corrupt', 'store.damaged', 'store.repaired', 'store.emptied', 'store.rolledBack', 'flows.damaged']) {
    it(`has ${cause} in both languages`, () => {
      for (const words of [italian, english]) assert.match(shown({ causes: [{ cause, message: 'raw' }] }, words).loss, /^(?!raw$).{20,}$/);
    });
  }

  it('says that it is cut off, and how old what is seen is', () => {
    const { live } = headerOf(stateOf(data()), 'lost', { title: '' }, AT + 90_000, italian);
    assert.deepEqual([live.state, live.text], ['lost', 'Collegamento interrotto: dati di 1 min fa']);
    assert.equal(headerOf(undefined, 'loading', { title: 'Ada' }, AT, italian).name, 'Ada');
  });
});

describe('drawn header', () => {
  const components = new Components();
  after(() => components.close());

  it('has one headline, one navigation, a live mark and a choice of light or dark', async () => {
    const html = await components.draw('header/PageHeader.vue', { props: { title: '', colors: 'house' }, initial: stateOf(data({ alerts: 1, health: 'down', causes: [{ cause: 'x', message: '<b>' }] })) });
    for (const pattern of [/<h1[^>]*>Ada Lampade<\/h1>/, /<nav[^>]*>[^]*href="\/avvisi"/, /role="status"/, /<select/, /role="alert"[^>]*>[^]*&lt;b&gt;/]) assert.match(html, pattern);
    assert.equal(html.match(/<h1/g)?.length, 1);
  });

  it('draws before the server has answered', async () => {
    assert.match(await components.draw('header/PageHeader.vue', { props: { title: 'Ada', colors: 'house' } }), /<h1[^>]*>Ada<\/h1>/);
  });
});
