/**
 * `NameAdmission` lets in the events whose names may have numbers of their own; the others leave by the second output, and `/health` says so.
 */
import { markFormerGroups } from '../../engine/aggregate/formerGroups.js';
import { admitEvents, freshNames } from '../../engine/aggregate/knownNames.js';
import { countMembers } from '../../engine/aggregate/memberNames.js';
import type { CountedNames, NameLimits, NameRules } from '../../engine/aggregate/nameLimits.js';
import { MINUTE } from '../../engine/base/time.js';
import type { Store } from '../../engine/store/store.js';
import type { Warning } from '../shared/ports.js';
import { raiseWarning } from '../shared/raisedWarnings.js';
import { refuseName } from '../shared/refusedNames.js';
import { type Accepted, type RefusedLater, refuseLater } from './refusedEvents.js';

export interface NameAdmissionDeps {
  readonly store: Store;
  readonly rules: () => NameRules;
  readonly now: () => number;
}

/** What changes the warning and comes from others is seen within so long. */
const WARN_MS = MINUTE;
/** From this part of a limit on, `/health` says that it comes near. */
const NEAR = 0.8;

/** Admission for one window node. */
export class NameAdmission {
  readonly #deps: NameAdmissionDeps;

  constructor(deps: NameAdmissionDeps) {
    this.#deps = deps;
  }

  /** Once, before the first event: what a former release counted is known. */
  async opened(): Promise<void> {
    await markFormerGroups(this.#deps.store);
    await this.#warn();
  }

  /** The events that are to be counted, as they are to be counted. */
  async admit(accepted: readonly Accepted[]): Promise<readonly Accepted[]> {
    const { store, rules, now } = this.#deps;
    const admissions = await admitEvents(store, accepted.map(({ event }) => event), rules(), now());
    const admitted: Accepted[] = [];
    const refused: RefusedLater[] = [];
    for (const [index, admission] of admissions.entries()) {
      const one = accepted[index];
      if (one === undefined) continue;
      if (admission.beyond !== undefined) refuseName(admission.beyond.rule, admission.beyond.name);
      if (admission.outcome === 'refused') refused.push({ ...one, refusal: admission.refusal });
      else admitted.push(admission.event === one.event ? one : { ...one, event: admission.event });
    }
    if (refused.length > 0) refuseLater(refused);
    await this.#warn();
    return admitted;
  }

  close(): void {
    raiseWarning(this);
  }

  async #warn(): Promise<void> {
    const { store, rules, now } = this.#deps;
    const { limits } = rules();
    raiseWarning(this, ...nearLimits(await freshNames(store, rules(), now(), WARN_MS), countMembers(store, 'product'), limits));
  }
}

const WORDS = { stores: 'stores that the shop node does not list', channels: 'channels', sources: 'tills and other sources' } as const;

function nearLimits(known: CountedNames, products: number, limits: NameLimits): Warning[] {
  const near = (['stores', 'channels', 'sources'] as const).filter((kind) => known[kind].size >= limits[kind] * NEAR).map((kind) => (
    { cause: `${kind}.many`, message: `${String(known[kind].size)} ${WORDS[kind]}; events of more than ${String(limits[kind])} become dead letters` }));
  if (products < limits.products * NEAR) return near;
  return [...near, { cause: 'products.many', message: `${String(products)} products; more than ${String(limits.products)} are counted as one` }];
}
