/**
 * Library for programs outside Node-RED: open a store, apply a shop's events, read its windows, evaluate a rule, and verify a sender.
 *
 *     const runtime = { now: Date.now, random: Math.random };
 *     const store = await openStore({ kind: 'redis', url: 'redis://127.0.0.1:6379' }, runtime);
 *     const shop = await openShop(store, { tenant: 'shop' }, runtime.now);
 *     await shop.applyEvents([event]);
 *     const [revenue] = await shop.readWindows({ size: '1d', names: ['revenue'] });
 *     const { state, transitions } = evaluateRule(rule, undefined, [revenue], runtime.now());
 *     await store.close();
 */
export { openStore, type Runtime, type StoreLocation } from './library/openStore.js';
export type { SystemOfRecord } from './kpi/systemOfRecord.js';
export { type Applied, openShop, type RefusedInput, type Shop, type ShopOptions, type WindowsQuestion } from './library/shop.js';
export { evaluateRule, ruleOf, type RuleOptions } from './library/evaluateRule.js';
export { type AlertRule, type Threshold } from './alert/rule.js';
export { type AlertState, type StateName, type Transition } from './alert/state.js';
export { type StepResult } from './alert/stateMachine.js';
export { ConfigError, Fault, type FaultCode, type Refusal, type RefusalRule } from './base/errors.js';
export { type WindowSize } from './calendar/windowAssigner.js';
export { type EventContext, type EventData, type EventType, parseEvent, type ParsedEvent, type SaleStatus, type ShopEvent } from './event/event.js';
export { type KpiStatus, type KpiValue } from './read/kpiValue.js';
export { type Change, type CommitResult, type Counters, type Durability, type Entry, type KeyRange, type Store, type Value } from './store/store.js';
export { hmacMatches, type HmacScheme, hmacOf, isStandardWebhook, verifyShopify, verifyStandardWebhook, verifyWooCommerce } from './verify/hmac.js';
export { verifyToken } from './verify/jwt.js';
export { secretLines, type Signed, type Trust, type VerificationResult } from './verify/verdict.js';
