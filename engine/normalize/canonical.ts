/**
 * `normalizeEvents` takes what is canonical already: events, one or an array, checked and brought to their one form.
 */
import { Collector, type Intake, type NormalizeContext, type Normalized } from './draft/collector.js';
import { isRecord } from '../base/json.js';
import type { Steps } from '../base/steps.js';

/** `normalizeEvents`: ids are the sender's: it is the one who has to repeat them. */
export function* normalizeEvents(body: unknown, intake: Intake, context: NormalizeContext): Steps<Normalized> {
  const collector = new Collector(intake, context);
  const sent: readonly unknown[] = Array.isArray(body) ? body : [body];
  for (const [index, event] of sent.entries()) {
    if (index > 0) yield;
    addSent(collector, index, event);
  }
  return collector;
}

function addSent(collector: Collector, index: number, event: unknown): void {
  if (isRecord(event)) collector.addCanonical(index, event);
  else collector.refuse(index, { path: '', rule: 'type', message: 'must be object' });
}
