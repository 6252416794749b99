/**
 * `bottega-alert`: KPI values become notices for people; each alert's state survives a restart.
 */
import { alertTopic } from '../../engine/event/topic.js';
import type { NodeAPI } from 'node-red';
import type { Rule } from '../../engine/alert/rule.js';
import { readRules } from '../../engine/alert/ruleForm.js';
import { messageOf } from '../../engine/base/errors.js';
import { type AlertPort, alertPorts, type WatchedRule } from '../shared/alertPort.js';
import { serveEditor } from '../shared/editorApi.js';
import type { BrokerPort, ShopPort, StorePort } from '../shared/ports.js';
import { type InputJob, portOf, registerNode, type NodeSpec, type NodeContext } from '../shared/node.js';
import { isCommand, understand } from './command.js';
import { type AlertConfig, readConfig } from './config.js';
import type { AlertInput } from './evaluator.js';
import { Dispatcher, type TopicOf } from './dispatcher.js';
import { knownKpis, kpisWith } from './knownKpis.js';
import { Writer } from './notification.js';
import { RuleEngine } from './ruleEngine.js';
import { preview } from './preview.js';
import { sentenceOf } from './text/describeRule.js';
import { AlertTexts, type Language } from './text/format.js';

const spec: NodeSpec<AlertConfig> = {
  type: 'bottega-alert',
  readConfig,
  open(context) {
    const { RED, config, node, status } = context;
    const shop = portOf<ShopPort>(RED, config.shop, 'shop');
    const storePort = portOf<StorePort>(RED, config.store, 'store');
    const broker = config.broker === undefined ? undefined : portOf<BrokerPort>(RED, config.broker, 'broker');
    // Only here it is known which KPIs are counted.
    readRules(config.rows, knownKpis(RED, shop.records));
    const writer = new Writer(shop, config.language ?? languageOf(RED), node.id);
    const dispatcher = new Dispatcher(context, writer, topicsOf(context, shop.tenant), broker);
    const engine = new RuleEngine({ context, shop, storePort, writer, dispatcher, changed: () => { offer.changed(); } });
    const offer = alertPorts.offer(portTo(engine, shop, context));
    const unwatch = storePort.watch((health) => {
      if (health.state === 'ok') engine.open().catch((error: unknown) => { node.warn(messageOf(error)); });
      else status.waiting('store', { message: health.message });
    });
    return {
      batch: (jobs) => handle(jobs, engine, context),
      close: async () => {
        unwatch();
        offer.close();
        dispatcher.close();
        await engine.close();
      },
    };
  },
};

/** All that is understood goes in together; the rest, and answers, leave by the second output. */
async function handle(jobs: readonly InputJob[], engine: RuleEngine, { config }: NodeContext<AlertConfig>): Promise<void> {
  const understood = jobs.map(({ message }) => understand(message.payload, config.rules));
  const origin = new Map<AlertInput, InputJob>();
  understood.forEach((one, index) => {
    const job = jobs[index];
    if (job !== undefined && one.outcome === 'inputs') for (const input of one.inputs) origin.set(input, job);
  });
  const refused = new Set((await engine.apply([...origin.keys()])).map((input) => origin.get(input)));
  for (const [index, job] of jobs.entries()) {
    const one = understood[index];
    if (one?.outcome === 'list') job.out.secondary({ ...job.message, payload: await answerList(engine, one.limit) }, 'list');
    else if (one?.outcome === 'refused') job.out.secondary(job.message, one.reason);
    else if (refused.has(job)) job.out.secondary(job.message, 'alerts.tooMany');
  }
}

async function answerList(engine: RuleEngine, limit: number): Promise<object> {
  const { alerts, history } = await engine.list(limit);
  return { standing: alerts, history }; // vocabulary-ok: on the wire
}

/** What displays in this process may ask and command: no value goes in by it. */
function portTo(engine: RuleEngine, shop: ShopPort, { RED, config: { rules }, node }: NodeContext<AlertConfig>): AlertPort {
  const known = knownKpis(RED, shop.records) ?? kpisWith([], shop.records);
  const say = (rule: Rule, language: Language): string => (
    sentenceOf(rule, { words: new AlertTexts(language, shop.calendar.clock.zone), currency: shop.currency, known })
  );
  const watched = (rule: Rule): WatchedRule => ({ name: rule.name, kind: rule.kind ?? 'kpi', sentence: { it: say(rule, 'it'), en: say(rule, 'en') } });
  return {
    tenant: shop.tenant, id: node.id, rules: rules.map(watched),
    list: (limit) => engine.list(limit),
    command: async (payload) => {
      if (!isCommand(payload)) return 'command.unknown';
      const one = understand(payload, rules);
      if (one.outcome !== 'inputs') return one.outcome === 'refused' ? one.reason : 'command.unknown';
      return (await engine.apply(one.inputs)).length === 0 ? 'done' : 'alerts.tooMany';
    },
  };
}

/**
 * Where states are published: `…/alert/<rule>/<store>`. Of several alert nodes of a shop with a rule of that name, the one whose id comes
 * first has that topic; the others' states lie one level below it, under their own id.
 */
function topicsOf({ RED, config, node }: NodeContext<AlertConfig>, tenant: string): TopicOf {
  const taken = new Set<string>();
  RED.nodes.eachNode((other) => {
    const { shop, rules, d: disabled } = other as { shop?: unknown; rules?: unknown; d?: unknown };
    if (other.type !== 'bottega-alert' || disabled === true || shop !== config.shop || other.id >= node.id || !Array.isArray(rules)) return;
    for (const rule of rules as unknown[]) taken.add(String((rule as { name?: unknown } | null)?.name).trim());
  });
  return ({ rule, store }) => alertTopic(tenant, { rule, store, ...(taken.has(rule) ? { node: node.id } : {}) });
}

/** Node-RED's own language where it is one of ours; else Italian. */
function languageOf(RED: NodeAPI): Language {
  const lang: unknown = (RED.settings as { lang?: unknown }).lang;
  return typeof lang === 'string' && lang.startsWith('en') ? 'en' : 'it';
}

export = (RED: NodeAPI): void => {
  registerNode(RED, spec);
  serveEditor(RED, 'alert', (asked) => preview(asked));
};
