/**
 * The `bottega-deadletter` node: what left by a second output for good, kept for a week with its reason; and back in again, when asked.
 */
import type { NodeAPI } from 'node-red';
import { DeadLetterStore } from '../../engine/deadletter/deadLetterStore.js';
import { messageOf } from '../../engine/base/errors.js';
import { SECOND } from '../../engine/base/time.js';
import { beginDelivery } from '../shared/delivery/delivery.js';
import { letterPorts } from '../shared/letterPort.js';
import type { BrokerPort, ShopPort, StorePort } from '../shared/ports.js';
import { type InputJob, portOf, registerNode, type NodeSpec, type NodeContext } from '../shared/node.js';
import { isWired, offerStation, sendTo } from '../shared/shopNodes.js';
import { throttle } from '../shared/throttle.js';
import { type DeadLetterConfig, readConfig } from './config.js';
import { HeldLetters } from './heldLetters.js';
import { type Counts, LetterRecorder } from './recorder.js';
import { type Again, type ReplayContext, Replayer } from './replay.js';

const STATUS_MS = 500;
const REPLAY_DEADLINE_MS = 30 * SECOND;

const spec: NodeSpec<DeadLetterConfig> = {
  type: 'bottega-deadletter',
  readConfig,
  open(context) {
    const { RED, config, node } = context;
    const shop = portOf<ShopPort>(RED, config.shop, 'shop');
    const storePort = portOf<StorePort>(RED, config.store, 'store');
    const broker = config.broker === undefined ? undefined : portOf<BrokerPort>(RED, config.broker, 'broker');
    const letters = new DeadLetterStore(storePort.of(shop.tenant));
    const now = (): number => context.now();
    const replayer = new Replayer({
      letters, shop, now, deliver: (again) => deliver(context, shop.tenant, again),
      changed: () => {
        show();
        offer.changed();
      }, warn: (error) => { node.warn(messageOf(error)); },
    });
    const offer = letterPorts.offer({
      tenant: shop.tenant, id: node.id, get progress() { return replayer.progress; },
      attemptAt: (id) => replayer.attemptAt(id), replay: (asked) => replayer.start(asked),
    });
    const held = new HeldLetters(letters, replayer, now);
    const recorder = new LetterRecorder({
      letters, shop, now,
      stored: (added) => {
        replayer.stored(added);
        held.stored(added);
        offer.changed();
      },
      ...(broker !== undefined && { broker }),
      erased: (count) => { node.log(`dead letters that spoke of somebody who asked to be forgotten: ${String(count)} erased`); },
    });
    const show = throttle(() => { showStatus(context, storePort, recorder.counts, replayer); }, STATUS_MS);
    const unwatch = storePort.watch(() => { show(); });
    const withdraw = offerStation(shop.tenant, 'deadletter', node);
    return {
      batch: async (jobs) => {
        await handle(jobs, recorder, replayer);
        show();
      },
      close: () => {
        unwatch();
        offer.close();
        withdraw();
        held.close();
        replayer.close();
        show.cancel();
      },
    };
  },
};

/** Letters are kept; a command goes on by the second output with what became of it. */
async function handle(jobs: readonly InputJob[], recorder: LetterRecorder, replayer: Replayer): Promise<void> {
  const letters = jobs.filter(({ message }) => commandOf(message.payload) === undefined);
  if (letters.length > 0) await recorder.handle(letters);
  for (const { message, out } of jobs) {
    const command = commandOf(message.payload);
    if (command !== undefined) out.secondary(message, `replay.${replayer.start(command)}`);
  }
}

/** `{replay: 'all'}`, or `{replay: <id of a letter>}`. */
function commandOf(payload: unknown): { readonly id?: string } | undefined {
  const { replay } = (payload ?? {}) as { replay?: unknown };
  if (typeof replay !== 'string') return undefined;
  return replay === 'all' ? {} : { id: replay };
}

/** Where letters go in again: the output that a wire may leave, and the node of the shop that they reach without one. */
const AGAIN = { bodies: { output: 2, place: 'normalize' }, events: { output: 3, place: 'window' } } as const;

function deliver({ RED, node }: NodeContext<DeadLetterConfig>, tenant: string, { output: kind, message }: Again): ReturnType<ReplayContext['deliver']> {
  const sent = { ...message, _msgid: RED.util.generateId() };
  const delivery = beginDelivery(RED, sent, REPLAY_DEADLINE_MS);
  return new Promise((resolve) => {
    delivery.onSettled((outcome) => { resolve({ outcome, tally: delivery.tally }); });
    const { output, place } = AGAIN[kind];
    if (isWired(node, output)) node.send([...Array<null>(output).fill(null), sent]);
    else sendTo(tenant, place, sent, (message['intake'] as { readonly node?: string } | undefined)?.node);
    delivery.sent();
  });
}

function showStatus({ status }: NodeContext<DeadLetterConfig>, store: StorePort, counts: Counts, { progress }: Replayer): void {
  const health = store.health();
  const { stored, dropped, ignored, unpublished } = counts;
  if (health.state === 'waiting') status.waiting('store', { message: health.message });
  else if (progress.state === 'running') status.waiting('replaying', { ...progress });
  else if (progress.understood + progress.left > 0) status.ok('replayed', { ...progress, stored });
  else if (unpublished !== undefined) status.waiting('unpublished', { stored, message: unpublished });
  else if (ignored.size === 0 && dropped === 0) status.ok('counts', { stored });
  else status.ok('countsIgnored', { stored, ignored: reasonsOf(ignored), dropped });
}

/** "12 (topic 9, test 3)", the three commonest reasons. */
function reasonsOf(ignored: ReadonlyMap<string, number>): string {
  const total = [...ignored.values()].reduce((sum, count) => sum + count, 0);
  const common = [...ignored].sort(([, a], [, b]) => b - a).slice(0, 3).map(([reason, count]) => `${reason} ${String(count)}`);
  return common.length === 0 ? String(total) : `${String(total)} (${common.join(', ')})`;
}

export = (RED: NodeAPI): void => {
  registerNode(RED, spec);
};
