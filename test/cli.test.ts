/** `bottega-check` as a consultant runs it: its own process, files on disk, words and exit code. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [MAIN, STORE] = ['check', 'store'].map((name) => join(__dirname, `../cli/${name}.ts`)) as [string, string];
const FLOW = [
  { id: 'n1', type: 'bottega-shop', name: 'Il forno', tenant: 'forno', currency: 'EUR', zone: 'Europe/Rome', cutoff: '00:00', stores: [{ id: 'centro', name: 'Centro', aliases: '' }] },
  { id: 'n2', type: 'bottega-shop', name: 'Il bar', tenant: 'bar', zone: 'Europe/Rome', cutoff: '04:00', stores: [{ id: 'banco', name: 'Banco', aliases: '' }] },
  { id: 'n3', type: 'bottega-window', shop: 'n1', grace: 30, kpis: [{ name: 'bread', type: 'sale', value: 'amount', show: 'sum', where: [{ field: 'x_ware', op: 'is', value: 'bread' }] }] },
  { id: 'n4', type: 'bottega-alert', shop: 'n1', rules: [{ name: 'Poco pane', kpi: 'bread', size: '1h', op: 'below', threshold: '20' }] },
  { id: 'n5', type: 'bottega-alert', shop: 'n1', d: true, rules: [{ name: 'Poco pane', kpi: 'bread', size: '1h', op: 'below', threshold: '99' }] },
  { id: 'n6', type: 'bottega-alert', shop: 'n2', rules: [{ name: 'Poco', kpi: 'revenue', size: '1h', op: 'below', threshold: '1' }] },
];
const OWN = `
day: 2026-11-23
flow: {file: flows.json, shop: forno}
cases:
  - name: poco pane avvisa
    events:
      - 09:10: sale 19.99 x_ware=bread
    expect:
      - 10:00:29: [bread 1h of 09:00 = 19.99 live, alert Poco pane inactive]
      - 10:00:30: alert Poco pane firing
`;
const WRONG = OWN.replace('= 19.99 live', '= 20.00 final revision=3').replace('10:00:30: alert Poco pane firing', '10:00:30: notices none');

describe('bottega-check', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bottega-check-'));
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, ['--import', 'tsx', MAIN, ...args], { encoding: 'utf8', cwd: join(__dirname, '..'), env: { ...process.env, LC_ALL: 'C' } });

  before(() => { write('flows.json', JSON.stringify(FLOW)); });
  after(() => { rmSync(folder, { recursive: true, force: true }); });

  it('tests the rules and numbers of an exported flow, those of one shop', () => {
    const { status, stdout, stderr } = run(write('own.timeline.yaml', OWN));
    assert.equal(stderr, '');
    assert.match(stdout, /✓ poco pane avvisa\n1 passed, 0 failed/);
    assert.equal(status, 0);
  });

  it('says expected and found, with line and time, and ends with 1', () => {
    const { status, stdout } = run(write('wrong.timeline.yaml', WRONG), '--lang', 'it');
    assert.equal(status, 1);
    assert.match(stdout, /✗ poco pane avvisa\n +riga 9, 2026-11-23 10:00:29: bread 1h of 09:00 = 20\.00 final revision=3\n +atteso: = 20\.00 final revision=3\n +trovato: = 19\.99 live revision=1 count=1\n/);
    assert.match(stdout, /riga 10, .*notices none\n +atteso: notices none\n +trovato: 2026-11-23 10:00:30 Poco pane firing threshold\n0 riusciti, 1 falliti/);
  });

  it('takes the flow from the command line, and only the cases asked for', () => {
    const free = write('free.timeline.yaml', OWN.replace(/flow: .*\n/, ''));
    const given = [free, '--flow', join(folder, 'flows.json'), '--shop', 'Il forno'];
    const { status, stderr } = run(...given, '--only', 'poco');
    assert.equal(status, 0, stderr);
    assert.match(run(...given, '--only', 'nessuno').stderr, /no case has that in its name/);
  });

  const refused: [what: string, args: () => string[], said: RegExp][] = [
    ['a flow with several shops and none named', () => [write('s.yaml', OWN.replace(', shop: forno', ''))], /s\.yaml, line 3: shop: is refused: must name one of the flow's shops: Il forno\/forno, Il bar\/bar/],
    ['a flow that is not there', () => [write('n.yaml', OWN.replace('flows.json', 'nope.json'))], /line 3: flow: is refused: cannot be read: ENOENT/],
    ['a file that is not there', () => ['nope.yaml'], /nope\.yaml: cannot be read: ENOENT/],
    ['a rule that does not exist', () => [write('r.yaml', OWN.replaceAll('Poco pane', 'Poco pesce'))], /r\.yaml, line 9: expect: is the name of no rule: Poco pane \("Poco pesce inactive"\)/],
    ['the same in Italian', () => [write('r.yaml', OWN.replaceAll('Poco pane', 'Poco pesce')), '--lang=it'], /r\.yaml, riga 9: expect: non è il nome di una regola/],
    ['an unknown option', () => ['--nope'], /--nope.*--help/],
    ['an unknown language', () => ['--lang', 'de', 'x.yaml'], /--lang must be it or en/],
    ['no file', () => ['--lang', 'it'], /quale file\?/],
  ];
  for (const [what, args, said] of refused) {
    it(`refuses ${what}, and ends with 2`, () => {
      const { status, stderr } = run(...args());
      assert.match(stderr, said);
      assert.equal(status, 2);
    });
  }

  it('explains itself in both languages', () => {
    assert.match(run('--help').stdout, /^Usage: bottega-check/);
    assert.match(run('-h', '--lang', 'it').stdout, /^Uso: bottega-check/);
  });
});

describe('bottega-store', () => {
  const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, ['--import', 'tsx', STORE, ...args], { encoding: 'utf8', cwd: join(__dirname, '..'), env: { ...process.env, LC_ALL: 'C' } });

  const cases: [args: string[], status: number, stdout: RegExp, stderr: RegExp][] = [
    [[], 0, /^Usage: bottega-store COMMAND/, /^$/],
    [['--help', '--lang', 'it'], 0, /^Uso: bottega-store COMANDO/, /^$/],
    [['reseal', '--help'], 0, /^Usage: bottega-store reseal/, /^$/],
    [['stores', '-h'], 0, /^Usage: bottega-store stores/, /^$/],
    [['shops'], 2, /^$/, /^shops: there is no such command/],
    [['shops', '--lang=it'], 2, /^$/, /^shops: non c’è un comando così/],
    [['stores', 'sell'], 2, /^$/, /^sell: what should be done\?/],
    [['stores', '--nope'], 2, /^$/, /--nope.*--help/],
    [['stores', 'merge', 'a'], 2, /^$/, /--into says/],
  ];
  for (const [args, status, stdout, stderr] of cases) {
    it(`understands "${args.join(' ')}" and ends with ${String(status)}`, () => {
      const ended = run(...args);
      assert.match(ended.stdout, stdout);
      assert.match(ended.stderr, stderr);
      assert.equal(ended.status, status);
    });
  }
});
