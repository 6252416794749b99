/**
 * Has this token been used for something else? Its id belongs to the body it first came with; the same body again is a redelivery.
 */
import { createHmac } from 'node:crypto';
import { type Store, textOf } from '../store/store.js';
import { type Binding, sha256 } from './verdict.js';

/** `replayed`: the id was used for another body. */
export type BindingOutcome = 'first' | 'again' | 'replayed';

/** Where ids are remembered until they expire. */
export interface ReplayGuard {
  bind(binding: Binding, body: Buffer, now: number): Promise<BindingOutcome>;
}

/** Remembers in the shop's store, so that a restart or a second worker knows. */
export function storedReplayGuard(store: Pick<Store, 'read' | 'commit'>): ReplayGuard {
  return {
    async bind(binding, body) {
      const key = `j/${nameOf(binding)}`;
      const value = sha256(body).toString('base64url');
      const result = await store.commit([{ key, expect: null, value, expiresAt: binding.expiresAt }], 'soon');
      if (result.outcome === 'ok') return 'first';
      const [known] = await store.read([key]);
      // Expired between the two calls: as good as never seen.
      return known === undefined || textOf(known) === value ? 'again' : 'replayed';
    },
  };
}

/** Remembers in the process; the oldest go first where more than `limit` are alive. */
export function memoryReplayGuard(limit = 10_000): ReplayGuard {
  const known = new Map<string, { readonly body: string; readonly expiresAt: number }>();
  return {
    bind(binding, body, now) {
      const name = nameOf(binding);
      const value = sha256(body).toString('base64url');
      const before = known.get(name);
      if (before !== undefined && before.expiresAt > now) return Promise.resolve(before.body === value ? 'again' : 'replayed');
      const [oldest] = known.size >= limit ? known.keys() : [];
      if (oldest !== undefined) known.delete(oldest);
      known.delete(name);
      known.set(name, { body: value, expiresAt: binding.expiresAt });
      return Promise.resolve('first');
    },
  };
}

/** Of bounded length, whatever the sender wrote, and telling nothing of the scope (which may be a secret). */
function nameOf({ id, scope }: Binding): string {
  return createHmac('sha256', scope).update(id).digest('base64url');
}
