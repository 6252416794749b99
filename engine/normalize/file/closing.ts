/**
 * `Closing` is what a fiscal till says at the end of its day: a total to check the receipts against, never revenue.
 */
import Big from 'big.js';
import type { QualityFlag } from '../../base/errorTable/index.js';
import { withFlags } from '../../event/quality.js';
import { formatInstant } from '../../base/time.js';
import { cleanName } from '../../base/name.js';
import { defaultStore, storeNamed } from '../draft/headers.js';
import { roundMoney } from '../draft/money.js';
import type { EventDraft } from '../draft/collector.js';
import { type CollectedFile } from './collected.js';

/** The Agenzia delle Entrate counts in euro. */
const CURRENCY = 'EUR';
/** As many as an event may have. */
const MAX_RATES = 20;

export interface Closing {
  /** The till's number on its seal. */
  readonly device: string;
  /** What distinguishes this closing from the device's others: its running number. */
  readonly number: string;
  /** Epoch ms. */
  readonly at: number;
  /** Decimal text, without and of taxes, after returns. */
  readonly net: string;
  readonly tax: string;
  /** Of what has been transmitted, later; absent: the closing itself. */
  readonly statedAt?: number;
  readonly final: 'final' | 'provisional';
  readonly cash?: string;
  readonly electronic?: string;
  readonly vouchers?: string;
  readonly receipts?: number;
  /** The same per VAT rate, in percent, where the till says it. */
  readonly rates?: readonly { readonly rate: string | undefined; readonly tax: string }[];
  readonly flags: readonly QualityFlag[];
}

/**
 * `status` is `open` while another, fuller word about the same closing is still to come. More returns than sales make a negative total, which
 * no event may carry as its amount.
 */
export function closingDraft({ context, store }: CollectedFile, closing: Closing): EventDraft {
  const { device, number, at, net, tax, statedAt, final, cash, electronic, vouchers, receipts } = closing;
  const gross = new Big(net).plus(tax);
  const flags = [...closing.flags];
  if (isShort(gross, [cash, electronic, vouchers])) flags.push('closing.gap');
  if (gross.lt(0)) flags.push('closing.negative');
  const named = storeNamed(context, store) ?? context.pos.stores.get(cleanName(device).toLowerCase()) ?? storeNamed(context, device);
  return {
    type: 'closing',
    source: `urn:bottega:batch:${encodeURIComponent(device)}`,
    subject: `${device}/${number}`,
    time: formatInstant(at),
    // Who does not say when this version was sent means: what comes later corrects what came before.
    sequence: statedAt === undefined ? 'arrival' : formatInstant(statedAt),
    data: {
      store: named ?? defaultStore(context), channel: 'pos', status: final === 'final' ? 'completed' : 'open',
      amount: gross.lt(0) ? undefined : roundMoney(gross, CURRENCY), currency: CURRENCY,
      taxes: taxesIn(closing, gross),
      x_net: inCents(net), x_tax: inCents(tax), x_cash: inCents(cash), x_electronic: inCents(electronic), x_vouchers: inCents(vouchers), x_receipts: receipts,
      x_quality: flags.length === 0 ? undefined : withFlags(undefined, flags),
    },
  };
}

/** VAT per rate. More returns than sales at a rate, or of all, leave it unsaid; so does VAT that is shared over rates later. */
function taxesIn({ rates = [] }: Closing, gross: Big): readonly { readonly rate: string; readonly amount: string }[] | undefined {
  const isKnown = rates.length > 0 && gross.gte(0) && rates.every(({ rate, tax }) => new Big(tax).eq(0) || (rate !== undefined && new Big(tax).gt(0)));
  const byRate = new Map<string, Big>();
  for (const { rate, tax } of isKnown ? rates : []) if (rate !== undefined) byRate.set(rate, new Big(tax).plus(byRate.get(rate) ?? 0));
  return byRate.size === 0 || byRate.size > MAX_RATES ? undefined : [...byRate].map(([rate, amount]) => ({ rate, amount: roundMoney(amount, CURRENCY) }));
}

function inCents(decimal: string | undefined): string | undefined {
  return decimal === undefined ? undefined : new Big(decimal).toFixed(2);
}

/** What was not paid yet is a gap that is shown and never filled. */
function isShort(gross: Big, paid: readonly (string | undefined)[]): boolean {
  if (paid.every((part) => part === undefined)) return false;
  return !gross.eq(paid.reduce((sum, part) => sum.plus(part ?? 0), new Big(0)));
}
