/**
 * `KeyRegister` is kept in the store itself, plain: with which keys its values are sealed, so that a store whose key is missing is not opened at all, and
 * nothing is written over what cannot be read.
 */
import { Fault } from '../../base/errors.js';
import { textOf, type Store } from '../store.js';
import type { KeyRing } from './keyRing.js';

/** `REGISTER_KEY` lies beside the shops, in none of them. */
export const REGISTER_KEY = 'encryption';

/** `KeyRegister`: ids of keys; `plain` is `refused` once everything was sealed: from then on a plain value is somebody else's. */
export interface KeyRegister {
  readonly keys: readonly string[];
  readonly plain: 'read' | 'refused';
}

const MAX_ATTEMPTS = 20;

/** `readRegister` gives the register, and its stored text for a compare-and-set. */
export async function readRegister(store: Store): Promise<{ readonly register: KeyRegister; readonly stored: string | null }> {
  const stored = textOf((await store.read([REGISTER_KEY]))[0]) ?? null;
  if (stored === null) return { stored, register: { keys: [], plain: 'read' } };
  const { keys, plain } = parse(stored);
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string')) throw new Fault('store.tampered', `${REGISTER_KEY} is not what was stored there`);
  return { stored, register: { keys, plain: plain === 'refused' ? 'refused' : 'read' } };
}

/** `writeRegister` is refused with `conflict` where another process was quicker. No keys: the register goes. */
export async function writeRegister(store: Store, register: KeyRegister, stored: string | null): Promise<'ok' | 'conflict'> {
  const value = register.keys.length === 0 ? {} : { value: JSON.stringify(register) };
  return (await store.commit([{ key: REGISTER_KEY, expect: stored, ...value }])).outcome;
}

/** `enroll` adds the key that writes. Throws `store.key` where the ring lacks one of the register's; then nothing was changed. */
export async function enroll(store: Store, { writes, reads }: KeyRing): Promise<KeyRegister> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const { register, stored } = await readRegister(store);
    const missing = register.keys.filter((id) => !reads.has(id));
    if (missing.length > 0) throw new Fault('store.key', lacking(missing, [...reads.keys()]));
    const wanted: KeyRegister = writes === undefined
      ? { ...register, plain: 'read' }
      : { ...register, keys: register.keys.includes(writes.id) ? register.keys : [writes.id, ...register.keys] };
    if (wanted.plain === register.plain && wanted.keys === register.keys) return register;
    if (await writeRegister(store, wanted, stored) === 'ok') return wanted;
  }
  throw new Fault('store.contended', 'other processes kept changing the keys of the store');
}

function lacking(missing: readonly string[], given: readonly string[]): string {
  const [held, names] = [missing.join(' and '), given.join(' and ')];
  if (given.length === 0) {
    return `the store is encrypted with key ${held}: set BOTTEGA_ENCRYPTION_KEY or BOTTEGA_ENCRYPTION_KEY_FILE as it was before; nothing was changed`;
  }
  return `the store is encrypted with key ${held}, but BOTTEGA_ENCRYPTION_KEY holds ${names}: add the former key behind the new one; nothing was changed`;
}

function parse(text: string): { readonly keys?: unknown; readonly plain?: unknown } {
  try {
    return JSON.parse(text) as { keys?: unknown };
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
