/**
 * `useFeed` connects a component with its widget's server side: the state at once, each change after it, and whether the connection holds.
 */
import { computed, type ComputedRef, inject, onMounted, onUnmounted, ref, shallowRef } from 'vue';
import type { KpiValue } from '../../engine/read/kpiValue.js';
import { type CommandAnswer, type CommandOutcome, eventOf, type ShopWords, type WidgetMessage, type WidgetState } from '../../nodes/shared/widget/wire.js';
import { browser, CHOICE_EVENT, choiceInAddress, languages } from './browser.js';
import type { FeedLink } from './dataState.js';
import shared from './locales/index.js';
import { Patience } from './patience.js';
import { type Locales, Words } from './words.js';

/** The part of Dashboard's socket that is used. */
interface Socket {
  readonly connected: boolean;
  readonly id?: string;
  on(event: string, listener: (message: WidgetMessage) => void): unknown;
  off(event: string, listener: (message: WidgetMessage) => void): unknown;
  emit(event: string, ...values: unknown[]): unknown;
}

/** `Feed` of one component. `live` are values that came after `state`; `now` is the server's clock, moved on each second. */
export interface Feed<D> {
  readonly state: ComputedRef<WidgetState<D> | undefined>;
  readonly live: ComputedRef<readonly KpiValue[]>;
  readonly now: ComputedRef<number>;
  readonly words: ComputedRef<Words>;
  /** `lost`: what is shown is as old as `state.now` and the live values. */
  readonly link: ComputedRef<FeedLink>;
  /** `failed` where no answer came. */
  command(command: Readonly<Record<string, string>>): Promise<CommandOutcome>;
  /** A command that is answered with more than its outcome. */
  ask(command: Readonly<Record<string, string>>): Promise<CommandAnswer>;
}

const SECOND_MS = 1_000;
/** A command that is not answered within so long has failed. */
const ANSWER_MS = 10_000;
/** More than any widget subscribes to: a bound, no limit. */
const MAX_LIVE = 500;
const NO_SHOP: ShopWords = { zone: 'Europe/Rome', currency: 'EUR', stores: [] };

/** Call it in a component's `setup`. `initial` is for drawings without a server. */
export function useFeed<D>(id: string, own: Locales, initial?: WidgetState<D>): Feed<D> {
  const socket = inject<Socket | undefined>('$socket', undefined);
  const state = shallowRef<WidgetState<D> | undefined>(initial);
  const live = shallowRef<readonly KpiValue[]>(initial?.live ?? []);
  const refused = ref(false);
  const connected = ref(socket?.connected ?? initial !== undefined);
  const clock = ref(initial?.now ?? Date.now());
  let ahead = 0;
  let serial = 0;
  const patience = new Patience();
  const waiting = new Map<number, (answer: CommandAnswer) => void>();
  const take = (message: WidgetMessage): void => {
    if (message.kind === 'open') { view(); return; }
    if (message.kind === 'answer') { waiting.get(message.serial)?.(message); return; }
    patience.answered(Date.now());
    refused.value = message.kind === 'refused';
    if (message.kind === 'refused') return;
    ahead = message.now - Date.now();
    clock.value = message.now;
    if (message.kind === 'state') {
      state.value = message as WidgetState<D>;
      live.value = message.live;
    } else live.value = [...live.value.filter((value) => !message.values.some((other) => isSame(value, other))), ...message.values].slice(-MAX_LIVE);
  };
  const view = (): void => {
    connected.value = true;
    serial += 1;
    patience.asked(Date.now());
    socket?.emit('widget-action', id, { bottega: 'view', choice: choiceInAddress(), serial });
  };
  const ask = (asked: Readonly<Record<string, string>>): Promise<CommandAnswer> => new Promise((resolve) => {
    serial += 1;
    const own = serial;
    const limit = setTimeout(() => { waiting.get(own)?.({ outcome: 'failed' }); }, ANSWER_MS);
    waiting.set(own, (answer) => {
      clearTimeout(limit);
      waiting.delete(own);
      resolve(answer);
    });
    socket?.emit('widget-action', id, { bottega: 'command', command: asked, serial: own });
  });
  const lose = (): void => { connected.value = false; };
  let timer: ReturnType<typeof setInterval> | undefined;
  onMounted(() => {
    timer = setInterval(() => {
      clock.value = Date.now() + ahead;
      if (socket?.connected === true && patience.isOver(Date.now())) view();
    }, SECOND_MS);
    socket?.on(eventOf(id), take);
    socket?.on('connect', view);
    socket?.on('disconnect', lose);
    for (const event of [CHOICE_EVENT, 'popstate']) browser.addEventListener?.(event, view);
    view();
  });
  onUnmounted(() => {
    clearInterval(timer);
    socket?.off(eventOf(id), take);
    socket?.off('connect', view);
    socket?.off('disconnect', lose);
    for (const event of [CHOICE_EVENT, 'popstate']) browser.removeEventListener?.(event, view);
    socket?.emit('widget-action', id, { bottega: 'leave' });
  });
  return {
    state: computed(() => state.value),
    live: computed(() => live.value),
    now: computed(() => clock.value),
    words: computed(() => new Words(languages(), (state.value?.shop ?? NO_SHOP).zone, own, shared)),
    link: computed(() => linkOf(refused.value, connected.value, state.value)),
    ask,
    command: async (asked) => (await ask(asked)).outcome,
  };
}

function linkOf(refused: boolean, connected: boolean, state: WidgetState | undefined): FeedLink {
  if (refused) return 'refused';
  if (state === undefined) return 'loading';
  return connected && state.troubles.every((trouble) => trouble === 'elsewhere') ? 'live' : 'lost';
}

function isSame(one: KpiValue, other: KpiValue): boolean {
  return one.name === other.name && one.window.size === other.window.size && one.store === other.store && one.channel === other.channel;
}
