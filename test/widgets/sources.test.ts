/** Senders in words: when each was last seen, who is missed and may be retired, who is refused, and what is wrong as an owner reads it. */
import assert from 'node:assert/strict';
import type { SourcesData } from '../../nodes/92-ui-sources/source.js';
import type { NodeNotice } from '../../nodes/shared/widget/alertReader.js';
import texts from '../../widgets/sources/locales/index.js';
import { sourcesOf } from '../../widgets/sources/sources.js';
import shared from '../../widgets/shared/locales/index.js';
import { Words } from '../../widgets/shared/words.js';
import { Components } from '../support/components.js';
import { AT, stateOf } from '../support/widgetStates.js';

const italian = new Words(['it-IT'], 'Europe/Rome', texts, shared);
const english = new Words(['en-GB'], 'Europe/Rome', texts, shared);
const at = (minutes: number): string => new Date(AT + minutes * 60_000).toISOString();
const POS = 'urn:bottega:pos:cassa-1';
const MISSED: NodeNotice = {
  node: 'a', id: 'n', rule: 'Fonti assenti', state: 'noData', cause: 'noData', store: encodeURIComponent(POS), source: POS, channel: '_', kpi: '', window: null, value: null, threshold: 12,
  unit: 'count', since: at(-90), at: at(-30), text: 'Fonti assenti: pos (cassa-1) non manda da 1 h 30 min. Che fare: controlla la cassa',
};

function data(fields: Partial<SourcesData> = {}): SourcesData {
  const sources = [{ source: 'urn:bottega:shopify:mia.myshopify.com', lastAt: at(-2), today: 1_234 }, { source: POS, lastAt: at(-90), today: 7 }];
  return { place: 'here', sources, more: 0, missed: [], refused: [], causes: [], ...fields };
}

describe('sources in words', () => {
  it('say who, when last, and how much today', () => {
    const { sources, more } = sourcesOf(data(), AT, italian);
    assert.deepEqual(sources.map(({ name, place, age, at: when, today }) => [name, place, age, when, today]), [
      ['Shopify', 'mia.myshopify.com', '2 min fa', '17:15', '1.234'], ['Cassa', 'cassa-1', '1 h fa', '15:47', '7'],
    ]);
    assert.equal(more, '');
    assert.equal(sourcesOf(data({ more: 3 }), AT, italian).more, '… e altre 3 fonti');
  });

  it('put first who is missed, with what to do and the command that retires it', () => {
    const [first] = sourcesOf(data({ missed: [MISSED] }), AT, italian).sources;
    assert.deepEqual([first?.key, first?.missed], [POS, {
      text: 'Pos (cassa-1) non manda da 1 h 30 min', advice: 'Controlla la cassa', command: { node: 'a', retire: 'Fonti assenti', store: MISSED.store },
    }]);
  });

  it('show who is missed where nothing else is known, and command nothing where no alert node is', () => {
    const { sources } = sourcesOf(data({ place: 'elsewhere', sources: [], missed: [{ ...MISSED, node: '' }] }), AT, italian);
    assert.deepEqual(sources.map(({ key, age, missed }) => [key, age, missed?.command]), [[POS, '', undefined]]);
  });

  it('say which shops are refused', () => {
    const { refused } = sourcesOf(data({ refused: [{ source: 'urn:bottega:shopify:altra.myshopify.com', count: 3 }, { source: 'altro', count: 1 }] }), AT, italian);
    assert.deepEqual(refused.map(({ name, place, text }) => [name, place, text]), [['Shopify', 'altra.myshopify.com', '3 messaggi rifiutati'], ['altro', '', 'un messaggio rifiutato']]);
  });

  // Every cause of a warning or a fault that `/health` may name.
  const CAUSES = [
    'backup.failed', 'broker.away', 'clock.slow', 'outbox.full', 'secret.missing', 'secret.short', 'sender.untrusted', 'senders.turnedAway', 'shop.unknown', 'store.away', 'store.full', 'store.clock', 'store.damaged',
    'store.emptied', 'store.repaired', 'store.rolledBack', 'widget.viewers', 'window.refolding',
  ];
  it('say what is wrong in an owner’s words, in both languages, once each', () => {
    for (const words of [italian, english]) {
      const causes = [...CAUSES, 'store.away'].map((cause) => ({ cause, message: 'in short' }));
      const said = sourcesOf(data({ causes }), AT, words).causes;
      assert.equal(said.length, CAUSES.length);
      assert.deepEqual(said.filter((text) => text.includes('in short') || text.startsWith('cause.')), []);
    }
    assert.deepEqual(sourcesOf(data({ causes: [{ cause: 'constructor', message: 'x' }] }), AT, italian).causes, ['Qualcosa chiede attenzione: x']);
  });
});

describe('component of the sources', () => {
  const components = new Components();
  after(() => components.close());
  const draw = (fields: Partial<SourcesData> = {}): Promise<string> => components.draw('sources/SourceList.vue', { props: { title: '', colors: 'house' }, initial: stateOf(data(fields)) });

  it('draws a table with its heads, and the button of who is missed', async () => {
    const html = await draw({ missed: [MISSED] });
    assert.match(html, /<th scope="col">Source<\/th>/);
    assert.match(html, /data-source="urn:bottega:pos:cassa-1" data-state="missed"><th scope="row">Till<small>cassa-1<\/small>/);
    assert.match(html, /aria-label="Stop waiting: Till cassa-1">Stop waiting<\/button>/);
  });

  it('says that nothing was sent yet, which is not loading', async () => {
    assert.match(await draw({ sources: [] }), /No source has sent anything yet/);
    const html = await components.draw('sources/SourceList.vue', { props: { title: '', colors: 'house' } });
    assert.ok(html.includes('aria-busy="true"') && !html.includes('No source'), html);
  });

  it('takes text for text', async () => {
    const html = await draw({ sources: [{ source: '<img src=x>', lastAt: at(0), today: 0 }] });
    assert.ok(html.includes('&lt;img src=x&gt;') && !html.includes('<img'), html);
  });
});
