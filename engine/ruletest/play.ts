/**
 * `play` runs a case moment by moment: the clock jumps from one thing due to the next, and each expectation is checked in its moment.
 */
import { type Checked, checkAlert, checkKpi, checkNotices } from './run.js';
import type { Expectation } from './expectation.js';
import type { TestStep } from './step.js';
import { Harness } from './harness.js';
import type { Case, Setting } from './parse.js';

/** `Mismatch` is an expectation that did not hold, or an event that was refused or accepted against the file's word; both sides in the file's own notation. */
export interface Mismatch {
  readonly line: number;
  readonly at: number;
  readonly text: string;
  readonly expected: string;
  readonly found: string;
}

/** `play` runs one case from its first moment to its last. Resolves to what did not hold, in order of time. */
export async function play(one: Case, setting: Setting): Promise<Mismatch[]> {
  const { steps, expectations } = one;
  const harness = await Harness.open(one, setting);
  const mismatches: Mismatch[] = [];
  try {
    let next = 0;
    for (const expectation of expectations) {
      for (let testStep = steps[next]; testStep !== undefined && testStep.at <= expectation.at; testStep = steps[++next]) {
        await harness.until(testStep.at);
        mismatches.push(...await take(harness, testStep));
      }
      await harness.until(expectation.at);
      const checked = await check(harness, expectation, setting);
      if (checked.outcome === 'differs') mismatches.push({ ...placeOf(expectation), text: expectation.text, expected: checked.expected, found: checked.found });
    }
    return mismatches;
  } finally {
    await harness.close();
  }
}

async function take(harness: Harness, testStep: TestStep): Promise<Mismatch[]> {
  switch (testStep.kind) {
    case 'event': return arrive(harness, testStep);
    case 'restart': await harness.restart(testStep.until); break;
    case 'acknowledge':
    case 'retire': harness.command(testStep.rule, testStep.store, { kind: testStep.kind }); break;
    case 'silence': harness.command(testStep.rule, testStep.store, { kind: 'silence', until: testStep.until });
  }
  return [];
}

async function arrive(harness: Harness, testStep: Extract<TestStep, { kind: 'event' }>): Promise<Mismatch[]> {
  const { event, copies, refused } = testStep;
  const found = await harness.arrive(event, copies);
  if (found?.rule === refused) return [];
  const said = found === undefined ? 'accepted' : `refused=${found.rule} (${found.path}: ${found.message})`;
  return [{ ...placeOf(testStep), text: String(event['type']), expected: refused === undefined ? 'accepted' : `refused=${refused}`, found: said }];
}

async function check(harness: Harness, expectation: Expectation, { kpis, shop: { calendar: { clock } } }: Setting): Promise<Checked> {
  switch (expectation.kind) {
    case 'kpi': return checkKpi(expectation, expectation.emitted ? harness.emittedOf(expectation) : await harness.read(expectation), kpis);
    case 'alert': return checkAlert(expectation, harness.stateOf(expectation.rule, expectation.store), harness.now, clock);
    case 'notices': return checkNotices(expectation, harness.notices(), clock);
  }
}

function placeOf({ line, at }: { readonly line: number; readonly at: number }): Pick<Mismatch, 'line' | 'at'> {
  return { line, at };
}
