/**
 * `bottega-notify`: notices go to a webhook or by e-mail, each once, as soon as it can be had.
 */
import { randomUUID } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import { type Notification, NotificationQueue, type QueuedNotification, type Settled, type DeliveryResult } from '../../engine/alert/notificationQueue.js';
import { formatInstant, MINUTE } from '../../engine/base/time.js';
import { noticePorts } from '../shared/noticePort.js';
import { WakeTimer } from '../shared/wakeTimer.js';
import type { ShopPort, StorePort } from '../shared/ports.js';
import { portOf, registerNode, type NodeSpec, type NodeContext, type InputMessage } from '../shared/node.js';
import { type NotifyConfig, readConfig } from './config.js';
import { mail, mailer } from './mail.js';
import { post } from './webhook.js';

interface OutgoingNotice {
  readonly id: string;
  readonly text: string;
  readonly rule?: unknown;
}

type NodeLife = 'open' | 'closed';

type Send = (notification: Notification<OutgoingNotice>, now: number) => Promise<DeliveryResult>;

const spec: NodeSpec<NotifyConfig> = {
  type: 'bottega-notify',
  credentials: { secret: { type: 'password' }, user: { type: 'text' }, password: { type: 'password' } },
  readConfig,
  open(context) {
    const { RED, config, node, status } = context;
    const shop = portOf<ShopPort>(RED, config.shop, 'shop');
    const storePort = portOf<StorePort>(RED, config.store, 'store');
    const send = senderOf(config);
    const offer = noticePorts.offer({ tenant: shop.tenant, id: node.id, way: config.target?.channel ?? 'none' });
    if (send === undefined) {
      status.waiting('unset');
      return { input: (message, out) => { out.secondary(message, 'notify.unset'); }, close: () => { offer.close(); } };
    }
    const queue = new NotificationQueue<OutgoingNotice>(storePort.of(shop.tenant), node.id, randomUUID());
    const now = (): number => context.now();
    let life: NodeLife = 'open';
    const timer = new WakeTimer({ now, warn: (text) => { node.warn(text); }, wake: () => deliver(queue, send, context, storePort.reach, () => life) });
    const unwatch = storePort.watch((health) => {
      if (health.state === 'ok') {
        status.ok('idle');
        timer.set(now());
      } else status.waiting('store', { message: health.message });
    });
    return {
      input: async (message, out) => {
        const notices = noticesIn(message.payload);
        if (notices === undefined) {
          out.secondary(message, 'notify.malformed');
          return;
        }
        const added = await queue.add(notices, textOf(message, notices), now());
        if (added.outcome === 'full') out.secondary(message, 'notify.full');
        else if (added.taken.length === 0) out.secondary(message, 'notify.repeated');
        else timer.set(now());
      },
      close: async () => {
        life = 'closed';
        offer.close();
        unwatch();
        await timer.close();
      },
    };
  },
};

/** Sends what is due, one after the other; what fails makes the others wait for the next attempt. */
async function deliver(
  queue: NotificationQueue<OutgoingNotice>, send: Send, context: NodeContext<NotifyConfig>, reach: StorePort['reach'], life: () => NodeLife,
): Promise<number | undefined> {
  while (life() === 'open') {
    const next = await queue.next(context.now());
    if (typeof next !== 'object') {
      return reach === 'shared' ? Math.min(next ?? Infinity, context.now() + MINUTE) : next;
    }
    const result = await send(next.notification, context.now());
    const settled = await queue.settle(next, result, context.now(), Math.random());
    report(next, result, settled, context);
    if (settled === 'again') return context.now() + 1;
  }
  return undefined;
}

function report({ notification }: QueuedNotification<OutgoingNotice>, result: DeliveryResult, settled: Settled, context: NodeContext<NotifyConfig>): void {
  const { out, status, config, now } = context;
  const { id, notices, attempts } = notification;
  const reason = result.outcome === 'delivered' ? {} : { error: result.reason };
  const delivery = { id, channel: config.target?.channel, attempts: attempts + 1, at: formatInstant(now()), ...reason };
  const message = { topic: 'notify', payload: notices, delivery };
  if (settled === 'delivered') {
    out.primary(message);
    status.ok('sent', { at: delivery.at.slice(11, 16) });
  } else if (settled === 'givenUp') out.secondary(message, 'notify.givenUp');
  if (result.outcome !== 'delivered') status.waiting(settled === 'again' ? 'retrying' : 'givenUp', { reason: result.reason, attempts: attempts + 1 });
}

function senderOf({ target }: NotifyConfig): Send | undefined {
  if (target === undefined) return undefined;
  if (target.channel === 'webhook') return (notification, now) => post(target, notification, now);
  const transporter = mailer(target);
  return (notification) => mail(transporter, target, notification);
}

function noticesIn(payload: unknown): OutgoingNotice[] | undefined {
  const values: readonly unknown[] = Array.isArray(payload) ? payload : [payload];
  const notices = values.filter((value): value is OutgoingNotice => {
    const { id, text } = (value ?? {}) as Partial<OutgoingNotice>;
    return typeof id === 'string' && id !== '' && id.length <= 200 && typeof text === 'string';
  });
  return notices.length === 0 || notices.length !== values.length ? undefined : notices;
}

function textOf({ summary }: InputMessage, notices: readonly OutgoingNotice[]): string {
  return typeof summary === 'string' ? summary : notices.map(({ text }) => text).join('\n');
}

export = (RED: NodeAPI): void => {
  registerNode(RED, spec);
};
