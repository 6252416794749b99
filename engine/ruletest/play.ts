/**
 * How does a case go, moment by moment? The clock jumps from one thing due to the next, and each expectation is looked at in its moment.
 */
import { type Checked, checkAlert, checkKpi, checkNotices } from './run.js';
import type { Expectation } from './expectation.js';
import type { TestStep } from './step.js';
import { Harness } from './harness.js';
import type { Case, Setting } from './parse.js';

/** An expectation that did not hold, or an event that was refused or accepted against the file's word; both sides in the file's own notation. */
export interface Mismatch {
  readonly line: number;
  readonly at: number;
  readonly text: string;
  readonly expected: string;
  readonly found: string;
}

/** Plays one case from its first moment to its last. Resolves to what did not hold, in order of time. */
export async function play(one: Case, setting: Setting): Promise<Mismatch[]> {
  const { steps: happenings, expectations } = one;
  const stage = await Harness.open(one, setting);
  const mismatches: Mismatch[] = [];
  try {
    let next = 0;
    for (const expectation of expectations) {
      for (let happening = happenings[next]; happening !== undefined && happening.at <= expectation.at; happening = happenings[++next]) {
        await stage.until(happening.at);
        mismatches.push(...await happen(stage, happening));
      }
      await stage.until(expectation.at);
      const checked = await check(stage, expectation, setting);
      if (checked.outcome === 'differs') mismatches.push({ ...placeOf(expectation), text: expectation.text, expected: checked.expected, found: checked.found });
    }
    return mismatches;
  } finally {
    await stage.close();
  }
}

async function happen(stage: Harness, happening: TestStep): Promise<Mismatch[]> {
  switch (happening.kind) {
    case 'event': return arrive(stage, happening);
    case 'restart': await stage.restart(happening.until); break;
    case 'acknowledge': stage.command(happening.rule, happening.store, { kind: 'acknowledge' }); break;
    case 'silence': stage.command(happening.rule, happening.store, { kind: 'silence', until: happening.until });
  }
  return [];
}

async function arrive(stage: Harness, happening: Extract<TestStep, { kind: 'event' }>): Promise<Mismatch[]> {
  const { event, copies, refused } = happening;
  const found = await stage.arrive(event, copies);
  if (found?.rule === refused) return [];
  const said = found === undefined ? 'accepted' : `refused=${found.rule} (${found.path}: ${found.message})`;
  return [{ ...placeOf(happening), text: String(event['type']), expected: refused === undefined ? 'accepted' : `refused=${refused}`, found: said }];
}

async function check(stage: Harness, expectation: Expectation, { kpis, shop: { calendar: { clock } } }: Setting): Promise<Checked> {
  switch (expectation.kind) {
    case 'kpi': return checkKpi(expectation, expectation.emitted ? stage.emittedOf(expectation) : await stage.read(expectation), kpis);
    case 'alert': return checkAlert(expectation, stage.stateOf(expectation.rule, expectation.store), stage.now, clock);
    case 'notices': return checkNotices(expectation, stage.notices(), clock);
  }
}

function placeOf({ line, at }: { readonly line: number; readonly at: number }): Pick<Mismatch, 'line' | 'at'> {
  return { line, at };
}
