/**
 * `ReplayGuard` ties the one-time id of a token to the body it first came with; the same body again is a redelivery. A body that was refused
 * gives the id back, unless another request with the same body may have been stored.
 */
import { createHmac } from 'node:crypto';
import { type Store, textOf } from '../store/store.js';
import { sha256 } from '../base/secret.js';
import type { Binding } from './verdict.js';

/** `BindingOutcome`: `replayed`, the id is used for another body. */
export type BindingOutcome = 'first' | 'again' | 'replayed';

/** `ReplayGuard` remembers ids until they expire. */
export interface ReplayGuard {
  bind(binding: Binding, body: Buffer, now: number): Promise<BindingOutcome>;
  /** Once for a request that `bind` let in and that was refused for good: nothing of it was stored. */
  release(binding: Binding, body: Buffer): Promise<void>;
}

/** `storedReplayGuard` remembers in the shop's store, so that a restart or a second worker knows. */
export function storedReplayGuard(store: Pick<Store, 'read' | 'commit'>): ReplayGuard {
  return {
    bind: (binding, body) => bindIn(store, binding, { body: digestOf(body), uses: 1 }),
    release: (binding, body) => releaseIn(store, binding, digestOf(body)),
  };
}

/** `memoryReplayGuard` remembers in the process; the oldest go first where more than `limit` are alive. */
export function memoryReplayGuard(limit = 10_000): ReplayGuard {
  const known = new Map<string, Held & { readonly expiresAt: number }>();
  return {
    bind(binding, body, now) {
      const [name, digest] = [nameOf(binding), digestOf(body)];
      const before = known.get(name);
      if (before !== undefined && before.expiresAt > now) {
        if (before.body !== digest) return Promise.resolve('replayed');
        known.set(name, { ...before, uses: before.uses + 1 });
        return Promise.resolve('again');
      }
      const [oldest] = known.size >= limit ? known.keys() : [];
      if (oldest !== undefined) known.delete(oldest);
      known.delete(name);
      known.set(name, { body: digest, uses: 1, expiresAt: binding.expiresAt });
      return Promise.resolve('first');
    },
    release(binding, body) {
      const name = nameOf(binding);
      const held = known.get(name);
      if (held?.body !== digestOf(body)) return Promise.resolve();
      if (held.uses > 1) known.set(name, { ...held, uses: held.uses - 1 });
      else known.delete(name);
      return Promise.resolve();
    },
  };
}

/** Who holds an id: a body by its digest, and how many requests with it are under way or stored. At none the id is free. */
interface Held {
  readonly body: string;
  readonly uses: number;
}

async function bindIn(store: Pick<Store, 'read' | 'commit'>, binding: Binding, first: Held): Promise<BindingOutcome> {
  const key = keyOf(binding);
  const { expiresAt } = binding;
  const result = await store.commit([{ key, expect: null, value: textFor(first), expiresAt }], 'soon');
  if (result.outcome === 'ok') return 'first';
  const [value] = await store.read([key]);
  const text = textOf(value);
  // Expired or released between the two calls.
  if (text === undefined) return bindIn(store, binding, first);
  const held = heldIn(text);
  if (held.body !== first.body) return 'replayed';
  const joined = await store.commit([{ key, expect: text, value: textFor({ ...held, uses: held.uses + 1 }), expiresAt }], 'soon');
  // Who came between has got on: so everybody does at last.
  return joined.outcome === 'ok' ? 'again' : bindIn(store, binding, first);
}

async function releaseIn(store: Pick<Store, 'read' | 'commit'>, binding: Binding, body: string): Promise<void> {
  const key = keyOf(binding);
  const [value] = await store.read([key]);
  const text = textOf(value);
  if (text === undefined) return;
  const held = heldIn(text);
  if (held.body !== body) return;
  const left = held.uses > 1 ? { value: textFor({ ...held, uses: held.uses - 1 }), expiresAt: binding.expiresAt } : {};
  const result = await store.commit([{ key, expect: text, ...left }], 'soon');
  if (result.outcome === 'conflict') await releaseIn(store, binding, body);
}

/** The usual single use needs no number. */
function textFor({ body, uses }: Held): string {
  return uses === 1 ? body : `${body} ${String(uses)}`;
}

function heldIn(text: string): Held {
  const [body = '', uses = '1'] = text.split(' ');
  return { body, uses: Number(uses) };
}

function keyOf(binding: Binding): string {
  return `j/${nameOf(binding)}`;
}

function digestOf(body: Buffer): string {
  return sha256(body).toString('base64url');
}

/** Of bounded length, whatever the sender wrote, and revealing nothing of the scope (which may be a secret). */
function nameOf({ id, scope }: Binding): string {
  return createHmac('sha256', scope).update(id).digest('base64url');
}
