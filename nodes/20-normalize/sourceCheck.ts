/**
 * `SourceCheck` knows which shops may speak and what each body was about, for one normalize node: in the shop's store where the flow has one.
 */
import type { NodeAPI } from 'node-red';
import { messageOf } from '../../engine/base/errors.js';
import { factSources } from '../../engine/fact/factSources.js';
import type { NormalizedBody } from '../../engine/normalize/normalize.js';
import { meaningOf } from '../../engine/normalize/draft/topicMeaning.js';
import type { Store } from '../../engine/store/store.js';
import { KnownShops, pin, type Platform, readPins } from '../../engine/verify/knownShops.js';
import { SeenBodies } from '../../engine/verify/seenBodies.js';
import type { NodeContext } from '../shared/node.js';
import type { StorePort } from '../shared/ports.js';
import { refuseShop } from '../shared/refusedShops.js';
import { throttle } from '../shared/throttle.js';
import type { NormalizeInput } from './message.js';

/** So much of what was seen may be lost with the process: it is one commit for many. */
const SAVE_MS = 1_000;

/** `SourceCheck`: `load` before the first message is judged, `save` after one that came first of its platform. */
export class SourceCheck {
  readonly #listed: readonly string[];
  readonly #store: Store | undefined;
  readonly #now: () => number;
  readonly #warn: (text: string) => void;
  readonly #bodies = new SeenBodies();
  readonly #saveSoon = throttle(() => { this.#saving = this.#saveBodies(); }, SAVE_MS);
  #saving: Promise<void> = Promise.resolve();
  #loaded: 'no' | 'yes' = 'no';
  #known: KnownShops | undefined;
  /** What has been pinned, for flows without a store. */
  #inProcess = new Map<Platform, readonly string[]>();

  constructor(listed: readonly string[], store: Store | undefined, { now, node }: Pick<NodeContext<unknown>, 'now' | 'node'>) {
    this.#listed = listed;
    this.#store = store;
    this.#now = now;
    this.#warn = (text) => { node.warn(text); };
  }

  /** `true` once it is known who is pinned, or where nobody has vouched for the message anyway. */
  isReadyFor({ trust }: NormalizeInput): boolean {
    return trust !== 'signed' || this.#known !== undefined;
  }

  /** Rejects with a fault of the store; then the sender comes again. */
  async load(): Promise<void> {
    const store = this.#store;
    if (store !== undefined && this.#loaded === 'no') await this.#bodies.load(store);
    this.#loaded = 'yes';
    const pinned = store === undefined ? this.#inProcess : await readPins(store, () => factSources(store));
    this.#known = new KnownShops(this.#listed, pinned);
  }

  /** What normalizing asks of each event's source; nothing where nobody has vouched for the message. */
  admitterFor({ trust }: NormalizeInput): { readonly admits?: (source: string) => boolean } {
    const known = this.#known;
    if (trust !== 'signed' || known === undefined) return {};
    return {
      admits: (source) => {
        const admitted = known.admits(source);
        if (!admitted) refuseShop(source);
        return admitted;
      },
    };
  }

  get hasFirst(): boolean {
    return (this.#known?.first.size ?? 0) > 0;
  }

  /** Pins those who came first, and learns who was quicker elsewhere. */
  async save(): Promise<void> {
    for (const [platform, source] of this.#known?.first ?? []) {
      if (this.#store === undefined) this.#inProcess.set(platform, [source]);
      else await pin(this.#store, platform, [source]);
    }
    await this.load();
  }

  /** The outcome, or its refusal where the same body was about something else before. */
  judge(outcome: NormalizedBody, payload: unknown, arrival: NormalizeInput): NormalizedBody {
    const [first] = outcome.events;
    const meaning = arrival.trust === 'signed' ? meaningOf(arrival) : undefined;
    if (first === undefined || meaning === undefined) return outcome;
    const verdict = this.#bodies.judge(payload instanceof Uint8Array ? payload : JSON.stringify(outcome.body), `${meaning} ${first.source}`);
    if (verdict === 'first') this.#saveSoon();
    if (verdict !== 'other') return outcome;
    const refusal = { path: '', rule: 'topic.replayed', message: 'the same body came under another topic or for another shop', index: 0, item: 0 } as const;
    return { events: [], refusals: [refusal], ignored: [], refused: 1, erasures: [], body: outcome.body };
  }

  /** What was seen is written down before the node is gone. */
  async close(): Promise<void> {
    this.#saveSoon.cancel();
    await this.#saving;
    await this.#saveBodies();
  }

  /** Not worth a message that is refused: what a store that is away does not get now, it gets with the next ones. */
  async #saveBodies(): Promise<void> {
    if (this.#store === undefined) return;
    await this.#bodies.save(this.#store, this.#now()).catch((error: unknown) => { this.#warn(messageOf(error)); });
  }
}

/** `storeIn` is the shop's part of the flow's store, if it has one. */
export function storeIn(RED: NodeAPI, tenant: string): Store | undefined {
  const ids: string[] = [];
  RED.nodes.eachNode(({ id, type }) => { if (type === 'bottega-store') ids.push(id); });
  const ports = ids.map((id) => (RED.nodes.getNode(id) as { port?: StorePort } | null)?.port);
  return ports.find((port) => port !== undefined)?.of(tenant);
}
