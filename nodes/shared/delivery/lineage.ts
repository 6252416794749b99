/**
 * `Lineage` is all that descends from one message, through whatever nodes the user wired: every hop of it, seen through Node-RED's hooks.
 *
 * A message is known by itself, else by a property of its own (a clone), else by `_msgid` (a function node's new object):
 * `split` gives the very message it completes with a new `_msgid`, function nodes keep nothing but that.
 */
import type { Node, NodeAPI } from 'node-red';

/** `Lineage` learns its hops. A node is entered when a message is on its way to it and left when it is done with the message. */
export interface Lineage {
  readonly id: string;
  /** `others`: a node that is none of this package, which may change what the message holds. */
  enter(node: string, whose: 'ours' | 'others'): void;
  leave(node: string, error: unknown): void;
}

type Followed = object & { _msgid?: unknown; [PROPERTY]?: unknown };

interface Trace {
  readonly lineage: Lineage;
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
/** Lineages under way, by their own id and by each `_msgid` their messages bore. */
const byName = new Map<string, Lineage>();
const namesOf = new WeakMap<Lineage, Set<string>>();

/** `follow` follows everything that descends from `message`, until `forget`. */
export function follow(RED: NodeAPI, lineage: Lineage, message: Followed): void {
  watch(RED);
  namesOf.set(lineage, new Set([lineage.id]));
  byName.set(lineage.id, lineage);
  message._msgid ??= lineage.id;
  mark(message, lineage);
}

/** `forget` ends it. */
export function forget(lineage: Lineage): void {
  for (const name of namesOf.get(lineage) ?? []) byName.delete(name);
  namesOf.delete(lineage);
}

/** `lineageOf` is the lineage a message belongs to, if it is still followed. */
export function lineageOf(message: unknown): Lineage | undefined {
  if (byName.size === 0 || typeof message !== 'object' || message === null) return undefined;
  const trace = traces.get(message);
  if (trace !== undefined) return byName.has(trace.lineage.id) ? trace.lineage : undefined;
  const { [PROPERTY]: inherited, _msgid: id } = message as Followed;
  const known = typeof inherited === 'string' ? byName.get(inherited) : undefined;
  return known ?? (typeof id === 'string' ? byName.get(id) : undefined);
}

/** Once per runtime; asked for each lineage, because another module may clear all hooks. The test helper's runtime has none. */
function watch(RED: NodeAPI): void {
  const hooks = RED.hooks as NodeAPI['hooks'] | undefined;
  if (hooks === undefined || hooks.has(`preDeliver.${LABEL}`)) return;
  hooks.add(`preDeliver.${LABEL}`, announce);
  hooks.add(`onReceive.${LABEL}`, receive);
  hooks.add(`postReceive.${LABEL}`, handled);
  hooks.add(`onComplete.${LABEL}`, complete);
}

function announce({ msg, destination }: Hop): void {
  const lineage = lineageOf(msg);
  if (lineage === undefined) return;
  mark(msg as Followed, lineage).announced += 1;
  lineage.enter(destination.id, whoseIs(destination));
}

/** Link, catch and complete nodes hand messages over without announcing them: those enter here. */
function receive({ msg, destination }: Hop): void {
  const lineage = lineageOf(msg);
  if (lineage === undefined) return;
  const trace = mark(msg as Followed, lineage);
  if (trace.announced > 0) trace.announced -= 1;
  else lineage.enter(destination.id, whoseIs(destination));
}

/** A node whose handler takes no `done` (`switch`, subflows) will never complete; what it had to send it has sent by now. */
function handled({ msg, destination }: Hop): void {
  const lineage = lineageOf(msg);
  if (lineage === undefined) return;
  if ((destination.node as Node & { _expectedDoneCount?: number })._expectedDoneCount === 0) lineage.leave(destination.id, undefined);
}

function whoseIs({ node }: Hop['destination']): 'ours' | 'others' {
  return (node as Partial<Node>).type?.startsWith('bottega-') === true ? 'ours' : 'others';
}

/** The node has called `done`. */
function complete({ msg, node, error }: { msg: unknown; error?: unknown; node: { id: string } }): void {
  lineageOf(msg)?.leave(node.id, error);
}

function mark(message: Followed, lineage: Lineage): Trace {
  const known = traces.get(message);
  const trace = known?.lineage === lineage ? known : { lineage, announced: 0 };
  if (trace !== known) traces.set(message, trace);
  if (message[PROPERTY] !== lineage.id) Reflect.set(message, PROPERTY, lineage.id);
  const id = message._msgid;
  if (typeof id === 'string' && !byName.has(id)) {
    byName.set(id, lineage);
    namesOf.get(lineage)?.add(id);
  }
  return trace;
}
