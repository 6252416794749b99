/**
 * `bottega-alert`: KPI values become notices for people; each alert's state survives a restart.
 */
import type { NodeAPI } from 'node-red';
import { readRules } from '../../engine/alert/ruleForm.js';
import { messageOf } from '../../engine/base/errors.js';
import { serveEditor } from '../shared/editorApi.js';
import type { BrokerPort, ShopPort, StorePort } from '../shared/ports.js';
import { type InputJob, portOf, registerNode, type NodeSpec, type NodeContext } from '../shared/node.js';
import { understand } from './command.js';
import { type AlertConfig, readConfig } from './config.js';
import type { AlertInput } from './evaluator.js';
import { Dispatcher, type TopicOf } from './dispatcher.js';
import { knownKpis } from './knownKpis.js';
import { Writer } from './notification.js';
import { RuleEngine } from './ruleEngine.js';
import { preview } from './preview.js';
import type { Language } from './text/format.js';

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
    const engine = new RuleEngine({ context, shop, storePort, writer, dispatcher });
    const unwatch = storePort.watch((health) => {
      if (health.state === 'ok') engine.open().catch((error: unknown) => { node.warn(messageOf(error)); });
      else status.waiting('store', { message: health.message });
    });
    return {
      batch: (jobs) => handle(jobs, engine, context),
      close: async () => {
        unwatch();
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
    if (one?.outcome === 'list') job.out.secondary({ ...job.message, payload: await engine.list(one.limit) }, 'list');
    else if (one?.outcome === 'refused') job.out.secondary(job.message, one.reason);
    else if (refused.has(job)) job.out.secondary(job.message, 'alerts.tooMany');
  }
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
  return ({ rule, store }) => `bottega/${tenant}/alert/${rule}/${store}${taken.has(rule) ? `/${node.id}` : ''}`;
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
