/**
 * Who loses a place when all are taken, and when is a body too slow? Timelines of requests that nobody has proven.
 */
import assert from 'node:assert/strict';
import { INTAKE_LIMITS, type IntakeLimits, type IntakePlace, IntakePlaces } from '../../../engine/verify/intakePlaces.js';

const LIMITS: IntakeLimits = {
  places: { all: 6, path: 4, address: 3 }, bytes: { all: 600, path: 400, address: 300 }, stallMs: 5_000, wholeMs: 15_000,
};

/** `+a /p` enters from address a (named by the first letter and a number), `a1 100` a part comes, `a1.` complete, `a1-` left, `?` who is overdue. */
type Step = readonly [at: number, step: string, lost: string];

function play(steps: readonly Step[]): IntakePlaces {
  const places = new IntakePlaces(LIMITS);
  const named = new Map<string, IntakePlace>();
  const namesOf = (lost: readonly IntakePlace[]): string => lost.map((place) => [...named].find(([, known]) => known === place)?.[0] ?? '?').join(' ');
  for (const [at, step, lost] of steps) {
    const [name = '', rest = ''] = step.replace(/^\+/, '').split(' ');
    const place = named.get(name.replace(/[.-]$/, '')) ?? { path: '', address: '' };
    if (step.startsWith('+')) {
      const entry = places.enter(rest, name.charAt(0), at);
      const full = entry.outcome === 'full' ? ' full' : '';
      assert.equal(`${namesOf(entry.displaced)}${full}`.trim(), lost, step);
      if (entry.outcome === 'entered') named.set(name, entry.place);
    } else if (step === '?') assert.equal(namesOf(places.overdue(at)), lost, `${String(at)} ?`);
    else if (step.endsWith('.')) places.complete(place);
    else if (step.endsWith('-')) places.leave(place);
    else assert.equal(namesOf(places.take(place, Number(rest), at)), lost, step);
  }
  return places;
}

describe('intake places', () => {
  const stories: readonly (readonly [name: string, steps: readonly Step[]])[] = [
    ['five seconds without progress, fifteen in all', [
      [0, '+a1 /p', ''], [0, '+b1 /p', ''], [4_999, '?', ''], [4_999, 'b1 1', ''], [5_000, '?', 'a1'], [9_000, 'b1 1', ''], [13_000, 'b1 1', ''], [14_999, '?', ''], [15_000, '?', 'b1'],
    ]],
    ['a complete body is not hurried', [[0, '+a1 /p', ''], [0, 'a1.', ''], [60_000, '?', '']]],
    ['an address displaces its own, the quietest first', [
      [0, '+a1 /p', ''], [1, '+a2 /p', ''], [2, '+a3 /p', ''], [3, 'a1 1', ''], [4, '+a4 /p', 'a2'], [5, '+b1 /q', ''], [6, '+a5 /q', 'a3'],
    ]],
    ['a path displaces its own', [[0, '+a1 /p', ''], [0, '+b1 /p', ''], [0, '+c1 /p', ''], [0, '+d1 /p', ''], [1, '+e1 /p', 'a1'], [1, '+e2 /q', '']]],
    ['all are displaced in the end', [
      [0, '+a1 /p', ''], [0, '+b1 /p', ''], [0, '+c1 /p', ''], [0, '+d1 /q', ''], [0, '+e1 /q', ''], [0, '+f1 /q', ''], [1, '+g1 /r', 'a1'], [1, '+h1 /r', 'b1'],
    ]],
    ['who waits to be judged keeps the place', [
      [0, '+a1 /p', ''], [0, '+a2 /p', ''], [0, '+a3 /p', ''], [0, 'a1.', ''], [0, 'a2.', ''], [0, 'a3.', ''], [1, '+a4 /p', 'full'], [1, '+b1 /p', ''], [2, 'a1-', ''], [2, '+a5 /q', ''],
    ]],
    ['bytes displace who holds some and is quiet', [
      [0, '+a1 /p', ''], [0, '+a2 /p', ''], [0, '+a3 /q', ''], [1, 'a2 200', ''], [2, 'a3 100', ''], [3, 'a3 1', 'a2'], [4, 'a3 199', ''], [5, 'a3 1', 'a3'], [6, 'a3 1', ''],
    ]],
    ['nobody is displaced for more than there may be', [
      [0, '+a1 /p', ''], [0, 'a1 300', ''], [0, 'a1.', ''], [0, '+b1 /p', ''], [0, 'b1 100', ''], [1, 'b1 1', 'b1'], [2, '+c1 /q', ''], [2, 'c1 300', ''], [2, 'c1.', ''], [3, '+d1 /r', ''], [3, 'd1 1', 'd1'],
      [4, 'a1-', ''], [4, '+d2 /r', ''], [4, 'd2 300', ''],
    ]],
  ];
  for (const [name, steps] of stories) it(name, () => { play(steps); });

  it('gives everything back', () => {
    const places = play([[0, '+a1 /p', ''], [0, 'a1 100', ''], [0, '+b1 /p', ''], [0, 'b1 50', ''], [0, 'a1.', '']]);
    assert.deepEqual([places.bytes, places.reading], [150, 1]);
    const left = play([[0, '+a1 /p', ''], [0, 'a1 100', ''], [0, 'a1.', ''], [0, 'a1-', ''], [0, 'a1-', ''], [0, 'a1 7', '']]);
    assert.deepEqual([left.bytes, left.reading], [0, 0]);
  });

  it('holds 64 MiB at most, and no path or address all of them', () => {
    const { bytes, places } = INTAKE_LIMITS;
    assert.equal(bytes.all, 67_108_864);
    assert.ok(bytes.path < bytes.all && bytes.address < bytes.path && places.path < places.all && places.address < places.path);
  });
});
