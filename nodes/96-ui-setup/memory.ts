/**
 * `SetupMemory` keeps in the shop's store what of a set-up must outlive a restart: who has sent before, what was put away, how the public address was found.
 */
import { isRecord } from '../../engine/base/json.js';
import type { Finding } from '../../engine/doctor/findings.js';
import { type Store, textOf } from '../../engine/store/store.js';

/** `JudgedAddress`: what was found under an address; another address has to be tried anew. */
export interface JudgedAddress {
  readonly url: string;
  readonly judgedAt: number;
  readonly findings: readonly Finding[];
}

/** `RememberedSetup`: `firstAt` by sender, epoch ms; `putAway`: tasks by their keys. */
export interface RememberedSetup {
  readonly firstAt: ReadonlyMap<string, number>;
  readonly putAway: ReadonlySet<string>;
  readonly address: JudgedAddress | undefined;
}

const ADDRESS = 'setup/address';
const firstKey = (sender: string): string => `setup/first/${encodeURIComponent(sender)}`;
const awayKey = (task: string): string => `setup/away/${encodeURIComponent(task)}`;

export class SetupMemory {
  readonly #store: Pick<Store, 'read' | 'commit'>;

  constructor(store: Pick<Store, 'read' | 'commit'>) {
    this.#store = store;
  }

  /** What is known of these; a few bytes stay for each webhook node that ever was. */
  async read(senders: readonly string[], tasks: readonly string[]): Promise<RememberedSetup> {
    const values = (await this.#store.read([ADDRESS, ...senders.map(firstKey), ...tasks.map(awayKey)])).map(textOf);
    const [address, ...others] = values;
    const firsts = senders.flatMap((sender, index) => (others[index] === undefined ? [] : [[sender, Number(others[index])] as const]));
    const putAway = tasks.filter((_task, index) => others[senders.length + index] !== undefined);
    return { firstAt: new Map(firsts), putAway: new Set(putAway), address: addressIn(address) };
  }

  /** Only the first time counts. */
  async noteFirst(sender: string, at: number): Promise<void> {
    await this.#store.commit([{ key: firstKey(sender), expect: null, value: String(at) }]);
  }

  async putAway(task: string, now: number): Promise<void> {
    await this.#store.commit([{ key: awayKey(task), value: String(now) }]);
  }

  async takeBack(task: string): Promise<void> {
    await this.#store.commit([{ key: awayKey(task) }]);
  }

  async noteAddress(judged: JudgedAddress): Promise<void> {
    await this.#store.commit([{ key: ADDRESS, value: JSON.stringify(judged) }]);
  }
}

function addressIn(text: string | undefined): JudgedAddress | undefined {
  const parsed: unknown = text === undefined ? undefined : JSON.parse(text);
  return isRecord(parsed) && typeof parsed['url'] === 'string' && Array.isArray(parsed['findings']) ? parsed as unknown as JudgedAddress : undefined;
}
