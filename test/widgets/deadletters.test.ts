/** Dead letters in words: by reason, with what to do, and what became of them when they were tried again. */
import assert from 'node:assert/strict';
import type { LetterRow, LettersData } from '../../nodes/94-ui-deadletters/source.js';
import { CONTENT } from '../../engine/base/errorTable/content.js';
import { lettersOf } from '../../widgets/deadletters/letters.js';
import texts from '../../widgets/deadletters/locales/index.js';
import shared from '../../widgets/shared/locales/index.js';
import { Words } from '../../widgets/shared/words.js';
import { Components } from '../support/components.js';
import { AT, stateOf } from '../support/widgetStates.js';

const italian = new Words(['it-IT'], 'Europe/Rome', texts, shared);
const english = new Words(['en-GB'], 'Europe/Rome', texts, shared);
const at = (minutes: number): string => new Date(AT + minutes * 60_000).toISOString();

function row(id: string, fields: Partial<LetterRow> = {}): LetterRow {
  return { id, provider: 'pos', topic: 'cassa-1', path: '/data/amount', receivedAt: at(-5), kind: 'dead', reasons: ['enum'], letters: 1, ...fields };
}

function data(rows: readonly LetterRow[], fields: Partial<LettersData> = {}): LettersData {
  const reasons = [...new Set(rows.flatMap((each) => each.reasons))].map((reason) => ({
    reason, messages: rows.filter((each) => each.reasons[0] === reason).length, ...(reason === 'enum' || reason === 'required' ? CONTENT[reason] : {}),
  }));
  return { place: 'here', replay: 'here', progress: { state: 'idle', understood: 0, left: 0 }, messages: rows.length, letters: rows.length, rows, reasons, ...fields };
}

describe('dead letters in words', () => {
  it('say why, what to do, who sent it and where it is wrong', () => {
    const { count, reasons, hidden } = lettersOf(data([row('a'), row('b', { provider: 'flow', topic: '', path: '', letters: 3 })]), AT, italian);
    assert.equal(count, '2 messaggi non utilizzabili, conservati per 7 giorni');
    assert.deepEqual(reasons.map(({ title, advice, count: n }) => [title, advice, n]), [
      ['Un valore non è fra quelli ammessi', 'Che fare: Correggere il campo indicato dal percorso', 2],
    ]);
    assert.deepEqual(reasons[0]?.letters.map(({ from }) => from), ['Cassa · cassa-1 · campo data › amount · 5 min fa', 'Flusso · 3 elementi · 5 min fa']);
    assert.equal(hidden, '');
  });

  it('say what was said of it when it was tried again, and when what is held goes in', () => {
    const rows = [
      row('a', { attempt: { at: AT - 60_000, outcome: 'refused' } }), row('b', { attempt: { at: AT - 60_000, outcome: 'unreadable' } }),
      row('c', { reasons: ['enum', 'required'] }), row('d', { kind: 'held', dueAt: at(30) }),
    ];
    assert.deepEqual(lettersOf(data(rows), AT, english).reasons[0]?.letters.map(({ notes }) => notes), [
      ['Tried again at 17:16: still refused because: Not one of the allowed values'], ['Tried again at 17:16: its content is gone or cannot be read'],
      ['also: A required field is missing'], ['goes in by itself at 17:47'],
    ]);
  });

  const PROGRESS: readonly [LettersData['progress'], string][] = [
    [{ state: 'idle', understood: 0, left: 0 }, ''],
    [{ state: 'running', understood: 2, left: 1 }, 'Trying again: 2 understood, 1 still refused…'],
    [{ state: 'idle', understood: 2, left: 1 }, 'Tried again: 2 understood, 1 still refused'],
    [{ state: 'idle', understood: 2, left: 0 }, 'Tried again: 2 understood, none refused'],
    [{ state: 'idle', understood: 0, left: 1 }, 'Tried again: none understood, 1 still refused'],
  ];
  for (const [progress, text] of PROGRESS) {
    it(`say of a replay: ${text || 'nothing before the first one'}`, () => { assert.equal(lettersOf(data([], { progress }), AT, english).progress, text); });
  }

  it('say a reason that nobody knows as it is, also where it is called like something of JavaScript', () => {
    const [group] = lettersOf(data([row('a', { reasons: ['constructor'] })]), AT, italian).reasons;
    assert.deepEqual([group?.title, group?.advice], ['Motivo “constructor”', 'Che fare: Apri il messaggio: il nodo che l’ha rifiutato spiega il motivo nel suo aiuto']);
  });

  it('say how many more there are than are shown, and offer their reason all the same', () => {
    const shown = lettersOf(data([row('a')], { messages: 2_000, reasons: [{ reason: 'enum', messages: 1, ...CONTENT.enum }, { reason: 'required', messages: 1_999, ...CONTENT.required }] }), AT, english);
    assert.equal(shown.hidden, 'The newest 1 of 2,000 are shown');
    assert.deepEqual(shown.reasons.map(({ reason, letters }) => [reason, letters.length]), [['enum', 1], ['required', 0]]);
  });
});

describe('component of the dead letters', () => {
  const components = new Components();
  after(() => components.close());
  const draw = (initial?: object): Promise<string> => components.draw('deadletters/LetterList.vue', { props: { title: '', colors: 'house' }, ...(initial === undefined ? {} : { initial }) });

  it('draws each reason with its messages and what may be done', async () => {
    const html = await draw(stateOf(data([row('a')])));
    for (const part of ['data-reason="enum"', 'data-letter="a"', 'Not one of the allowed values', '>Open</button>', 'Try this one again', 'Try all again']) assert.ok(html.includes(part), part);
  });

  it('shows five of a reason, and offers the rest', async () => {
    const html = await draw(stateOf(data(Array.from({ length: 7 }, (_, index) => row(String(index))))));
    assert.equal([...html.matchAll(/data-letter=/g)].length, 5);
    assert.match(html, /Show 2 more/);
  });

  it('has no buttons for a mere viewer, and says why', async () => {
    const html = await draw(stateOf(data([row('a')]), { rights: 'view' }));
    assert.ok(!html.includes('<button') && html.includes('Only who runs the shop'), html);
  });

  it('replays nothing where no dead-letter node is', async () => {
    const html = await draw(stateOf(data([row('a')], { replay: 'elsewhere' })));
    assert.ok(html.includes('>Open</button>') && !html.includes('again</button>') && html.includes('in the Node-RED that receives them'), html);
  });

  it('says differently that all is well, elsewhere, or loading', async () => {
    assert.match(await draw(stateOf(data([]))), /Every message received was understood/);
    assert.match(await draw(stateOf(data([], { place: 'elsewhere' }))), /are in the Node-RED that receives them/);
    const loading = await draw();
    assert.ok(loading.includes('aria-busy="true"') && !loading.includes('understood'), loading);
  });

  it('takes text for text', async () => {
    const html = await draw(stateOf(data([row('a', { provider: '<img src=x>', topic: '<b>' })])));
    assert.ok(html.includes('&lt;img src=x&gt;') && !html.includes('<img'), html);
  });
});
