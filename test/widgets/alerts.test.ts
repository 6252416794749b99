/** Alerts in words: what is open and since when, what may be done about it, how the rules are, what has been; silence is said as silence. */
import assert from 'node:assert/strict';
import type { AlertsData } from '../../nodes/91-ui-alerts/source.js';
import type { PastNotice } from '../../nodes/shared/alertPort.js';
import type { NodeNotice } from '../../nodes/shared/widget/alertReader.js';
import { alertsOf, commandOf, type ShownAlerts } from '../../widgets/alerts/alerts.js';
import texts from '../../widgets/alerts/locales/index.js';
import shared from '../../widgets/shared/locales/index.js';
import { Words } from '../../widgets/shared/words.js';
import { Components } from '../support/components.js';
import { AT, stateOf } from '../support/widgetStates.js';

const italian = new Words(['it-IT'], 'Europe/Rome', texts, shared);
const SHOP = { zone: 'Europe/Rome', currency: 'EUR', stores: [{ id: 'milano', name: 'Milano Centro' }] };
const at = (minutes: number): string => new Date(AT + minutes * 60_000).toISOString();

function notice(fields: Partial<NodeNotice> = {}): NodeNotice {
  return {
    node: 'a1', id: 'n1', rule: 'Incasso basso', state: 'firing', cause: 'threshold', store: 'milano', channel: '_', kpi: 'revenue', window: null, value: 312.5, threshold: 500,
    unit: 'EUR', since: at(-77), at: at(-77), text: 'Incasso basso: fatturato di Milano Centro sotto 500,00 €. Che fare: controlla le casse', ...fields,
  };
}

const RULE = { node: 'a1', name: 'Incasso basso', kind: 'kpi' as const, sentence: { it: 'Fatturato dell’ora sotto 500,00 €', en: 'Revenue of the hour below €500.00' } };
const SILENT = { silencedUntil: at(60) };

function data(alerts: readonly NodeNotice[], fields: Partial<AlertsData> = {}): AlertsData {
  return { place: 'here', alerts, history: [], rules: [RULE], ...fields };
}

function shown(alerts: readonly NodeNotice[], fields: Partial<AlertsData> = {}, words = italian): ShownAlerts {
  return alertsOf({ data: data(alerts, fields), shop: SHOP }, AT, words);
}

describe('alerts in words', () => {
  it('say what is open, where, how much, since when, and what to do', () => {
    const { open: [alert], spoken } = shown([notice()]);
    assert.deepEqual([alert?.title, alert?.text, alert?.advice, alert?.value.replace(/\s/, ' '), alert?.since, alert?.tone], [
      'Incasso basso · Milano Centro', 'Fatturato di Milano Centro sotto 500,00 €', 'Controlla le casse', '312,50 €', 'dalle 16:00 (1 h fa)', 'bad',
    ]);
    assert.equal(spoken, 'Un avviso aperto: Incasso basso · Milano Centro');
    assert.equal(shown([notice({ since: at(-3 * 1_440) })]).open[0]?.since, 'da mer 25/11, 17:17 (3 giorni fa)');
  });

  it('show first what nobody has acknowledged yet', () => {
    const { open } = shown([notice({ rule: 'a', acknowledgedAt: at(-5) }), notice({ rule: 'b' }), notice({ rule: 'c', ...SILENT })]);
    assert.deepEqual(open.map(({ alert }) => alert.rule), ['b', 'a', 'c']);
  });

  const BUTTONS: readonly [what: string, fields: Partial<NodeNotice>, expected: readonly string[], tone: string][] = [
    ['new', {}, ['see', 'hour', 'tomorrow'], 'bad'],
    ['seen', { acknowledgedAt: at(-10) }, ['hour', 'tomorrow'], 'warn'],
    ['silenced', SILENT, ['see', 'wake'], 'warn'],
    ['silenced until a moment ago', { silencedUntil: at(-1) }, ['see', 'hour', 'tomorrow'], 'bad'],
    ['an absent source', { state: 'noData', source: 'urn:bottega:pos:1', store: 'urn%3Abottega%3Apos%3A1', value: null }, ['retire', 'hour', 'tomorrow'], 'warn'],
    ['no data', { state: 'noData' }, ['hour', 'tomorrow'], 'warn'],
  ];
  for (const [what, fields, expected, tone] of BUTTONS) {
    it(`offer what may be done: ${what}`, () => {
      const [alert] = shown([notice(fields)]).open;
      assert.deepEqual([alert?.buttons, alert?.tone], [expected, tone]);
      assert.deepEqual(shown([notice(fields)], { place: 'elsewhere' }).open[0]?.buttons, []);
    });
  }

  const RULES: readonly [alerts: readonly NodeNotice[], state: string, said: string][] = [
    [[], 'waiting', 'ancora niente da guardare'], [[notice({ state: 'inactive' })], 'quiet', 'regolare'], [[notice({ state: 'resolved' })], 'quiet', 'regolare'],
    [[notice({ state: 'pending' })], 'pending', 'in osservazione'], [[notice()], 'firing', 'avviso'], [[notice(), notice({ store: 'roma' })], 'firing', 'avviso (2)'],
    [[notice(SILENT)], 'silent', 'silenziato fino alle 18:17'], [[notice({ state: 'inactive', ...SILENT })], 'silent', 'silenziato fino alle 18:17'],
    [[notice(SILENT), notice({ store: 'roma' })], 'firing', 'avviso'], [[notice({ node: 'other' })], 'waiting', 'ancora niente da guardare'],
  ];
  for (const [alerts, state, said] of RULES) {
    it(`list the rule as “${said}”`, () => {
      const [rule] = shown(alerts).rules;
      assert.deepEqual([rule?.state, rule?.said, rule?.sentence], [state, said, 'Fatturato dell’ora sotto 500,00 €']);
    });
  }

  it('lets a rule that was silenced beforehand be woken', () => {
    assert.deepEqual(shown([notice({ state: 'inactive', ...SILENT })]).rules[0]?.silenced.map(({ title }) => title), ['Incasso basso · Milano Centro']);
  });

  const PAST: readonly [fields: Partial<PastNotice>, said: string, tone: string][] = [
    [{}, 'avviso', 'bad'], [{ state: 'resolved', cause: 'recovery' }, 'risolto', 'good'], [{ audience: 'silenced' }, 'in silenzio, nessuno avvisato', 'calm'],
    [{ cause: 'repeat' }, 'avviso ripetuto', 'calm'], [{ cause: 'command', audience: 'quiet', acknowledgedAt: at(-77) }, 'segnato come visto', 'calm'],
    [{ cause: 'command', audience: 'quiet', ...SILENT }, 'silenziato', 'calm'], [{ cause: 'command', audience: 'quiet' }, 'riattivato', 'calm'],
    [{ state: 'pending', audience: 'pending' }, 'in osservazione', 'calm'], [{ state: 'inactive', audience: 'quiet' }, 'rientrato', 'calm'],
  ];
  for (const [fields, said, tone] of PAST) {
    it(`say of what has been: ${said}`, () => {
      const [change] = shown([], { history: [{ ...notice(), audience: 'tell', ...fields }] }).history; // vocabulary-ok: on the wire
      assert.deepEqual([change?.at, change?.said, change?.tone], ['16:00', said, tone]);
    });
  }

  it('command what the alert node takes, by rule and store', () => {
    const command = (button: 'see' | 'hour' | 'tomorrow' | 'wake' | 'retire', now = AT): object => commandOf(button, notice(), now, italian);
    assert.deepEqual(command('see'), { node: 'a1', acknowledge: 'Incasso basso', store: 'milano' });
    assert.deepEqual(command('retire'), { node: 'a1', retire: 'Incasso basso', store: 'milano' });
    const until = (button: 'hour' | 'tomorrow' | 'wake', now?: string): string => (command(button, now === undefined ? AT : Date.parse(now)) as { until: string }).until;
    assert.deepEqual([until('hour'), until('wake'), until('tomorrow')], [at(60), new Date(AT - 1_000).toISOString(), '2026-11-29T05:00:00.000Z']);
    // At two in the night, the same morning; over the change of clocks, six on the wall.
    assert.deepEqual([until('tomorrow', '2026-11-29T01:00:00Z'), until('tomorrow', '2026-03-28T20:30:00Z'), until('tomorrow', '2026-10-24T20:30:00Z')], [
      '2026-11-29T05:00:00.000Z', '2026-03-29T04:00:00.000Z', '2026-10-25T05:00:00.000Z',
    ]);
  });

  it('do not fall for names of objects', () => {
    const { open: [alert], rules: [rule] } = shown([notice({ rule: 'constructor', store: 'toString', text: 'constructor: x' })], { rules: [{ ...RULE, name: 'constructor' }] });
    assert.deepEqual([alert?.title, alert?.text, rule?.state], ['constructor · toString', 'X', 'firing']);
  });
});

describe('component of the alerts', () => {
  const components = new Components();
  after(() => components.close());
  const draw = (alerts: readonly NodeNotice[], props: object = {}, fields: Partial<AlertsData> = {}): Promise<string> => components.draw('alerts/AlertList.vue', {
    props: { title: '', shows: 'all', colors: 'house', ...props }, initial: stateOf(data(alerts, fields)),
  });

  it('draws open alerts with buttons that say what they are about, the rules and what has been', async () => {
    const html = await draw([notice()]);
    assert.match(html, /<h2 id="bw-t-w">Open alerts<\/h2><span class="bw-count" aria-hidden="true">1<\/span>/);
    assert.match(html, /<button type="button" class="bw-button" aria-label="Seen: Incasso basso · milano">Seen<\/button>/);
    assert.match(html, /data-rule="Incasso basso" data-state="firing">.*Revenue of the hour below €500\.00/);
    assert.match(html, /What has been.*Nothing yet/);
  });

  it('draws only what is open where that is wanted, and says that all is well', async () => {
    const html = await draw([], { shows: 'open' });
    assert.match(html, /All is well: no open alerts/);
    assert.ok(!html.includes('Watched rules'));
  });

  it('does not say that all is well while nothing is known', async () => {
    const html = await components.draw('alerts/AlertList.vue', { props: { title: '', shows: 'all', colors: 'house' } });
    assert.ok(html.includes('aria-busy="true"') && !html.includes('All is well'), html);
  });

  it('says where rules, history and commands are, at a front without an alert node', async () => {
    const html = await draw([notice()], {}, { place: 'elsewhere', rules: [] });
    assert.ok(html.includes('Rules, history and commands are in the Node-RED that has the alert node') && !html.includes('<button type="button" class="bw-button"'), html);
  });

  it('takes text for text', async () => {
    const html = await draw([notice({ rule: '<b onclick="x()">', text: '<img src=x>' })]);
    assert.ok(html.includes('&lt;img src=x&gt;') && !html.includes('<img') && !html.includes('<b onclick'), html);
  });
});
