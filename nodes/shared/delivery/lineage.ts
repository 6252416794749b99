/**
 * Which messages descend from which, through whatever nodes the user wired? Every hop of a lineage, seen through Node-RED's hooks.
 *
 * A message is known by itself, else by a property of its own (a clone), else by `_msgid` (a function node's new object):
 * `split` gives the very message it completes with a new `_msgid`, function nodes keep nothing but that.
 */
import type { Node, NodeAPI } from 'node-red';

/** What is followed. A node is entered when a message is on its way to it and left when it is done with the message. */
export interface Journey {
  readonly id: string;
  enter(node: string): void;
  leave(node: string, error: unknown): void;
}

type Followed = object & { _msgid?: unknown; [PROPERTY]?: unknown };

interface Trace {
  readonly journey: Journey;
  /** Deliveries of this very object announced and not yet received. */
  announced: number;
}

interface Hop {
  readonly msg: unknown;
  readonly destination: { readonly id: string; readonly node: unknown };
}

/** The property that clones inherit. */
const PROPERTY = '_delivery';
const LABEL = 'bottega';

const traces = new WeakMap<object, Trace>();
/** Journeys under way, by their own id and by each `_msgid` their messages bore. */
const byName = new Map<string, Journey>();
const namesOf = new WeakMap<Journey, Set<string>>();

/** Follows everything that descends from `message`, until `forget`. */
export function follow(RED: NodeAPI, journey: Journey, message: Followed): void {
  watch(RED);
  namesOf.set(journey, new Set([journey.id]));
  byName.set(journey.id, journey);
  message._msgid ??= journey.id;
  mark(message, journey);
}

export function forget(journey: Journey): void {
  for (const name of namesOf.get(journey) ?? []) byName.delete(name);
  namesOf.delete(journey);
}

/** The journey a message belongs to, if it is still followed. */
export function journeyOf(message: unknown): Journey | undefined {
  if (byName.size === 0 || typeof message !== 'object' || message === null) return undefined;
  const trace = traces.get(message);
  if (trace !== undefined) return byName.has(trace.journey.id) ? trace.journey : undefined;
  const { [PROPERTY]: inherited, _msgid: id } = message as Followed;
  const known = typeof inherited === 'string' ? byName.get(inherited) : undefined;
  return known ?? (typeof id === 'string' ? byName.get(id) : undefined);
}

/** Once per runtime; asked at each journey, because another module may clear all hooks. The test helper's runtime has none. */
function watch(RED: NodeAPI): void {
  const hooks = RED.hooks as NodeAPI['hooks'] | undefined;
  if (hooks === undefined || hooks.has(`preDeliver.${LABEL}`)) return;
  hooks.add(`preDeliver.${LABEL}`, (hop: Hop) => { announce(hop); });
  hooks.add(`onReceive.${LABEL}`, (hop: Hop) => { receive(hop); });
  hooks.add(`postReceive.${LABEL}`, (hop: Hop) => { handled(hop); });
  hooks.add(`onComplete.${LABEL}`, (end: { msg: unknown; error?: unknown; node: { id: string } }) => {
    journeyOf(end.msg)?.leave(end.node.id, end.error);
  });
}

function announce({ msg, destination }: Hop): void {
  const journey = journeyOf(msg);
  if (journey === undefined) return;
  mark(msg as Followed, journey).announced += 1;
  journey.enter(destination.id);
}

/** Link, catch and complete nodes hand messages over without announcing them: those enter here. */
function receive({ msg, destination }: Hop): void {
  const journey = journeyOf(msg);
  if (journey === undefined) return;
  const trace = mark(msg as Followed, journey);
  if (trace.announced > 0) trace.announced -= 1;
  else journey.enter(destination.id);
}

/** A node whose handler takes no `done` (`switch`, subflows) will never complete; what it had to send it has sent by now. */
function handled({ msg, destination }: Hop): void {
  const journey = journeyOf(msg);
  if (journey === undefined) return;
  if ((destination.node as Node & { _expectedDoneCount?: number })._expectedDoneCount === 0) journey.leave(destination.id, undefined);
}

function mark(message: Followed, journey: Journey): Trace {
  const known = traces.get(message);
  const trace = known?.journey === journey ? known : { journey, announced: 0 };
  if (trace !== known) traces.set(message, trace);
  if (message[PROPERTY] !== journey.id) Reflect.set(message, PROPERTY, journey.id);
  const id = message._msgid;
  if (typeof id === 'string' && !byName.has(id)) {
    byName.set(id, journey);
    namesOf.get(journey)?.add(id);
  }
  return trace;
}
