/**
 * When should someone be told? KPI values become notices; each alert's state survives a restart.
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
import { Dispatcher } from './dispatcher.js';
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
    readRules(config.rows, knownKpis(RED));
    const writer = new Writer(shop, config.language ?? languageOf(RED));
    const herald = new Dispatcher(context, writer, `bottega/${shop.tenant}/alert`, broker);
    const office = new RuleEngine({ context, shop, storePort, writer, dispatcher: herald });
    const unwatch = storePort.watch((health) => {
      if (health.state === 'ok') office.open().catch((error: unknown) => { node.warn(messageOf(error)); });
      else status.waiting('store', { message: health.message });
    });
    return {
      batch: (jobs) => handle(jobs, office, context),
      close: async () => {
        unwatch();
        herald.close();
        await office.close();
      },
    };
  },
};

/** All that is understood goes in together; the rest, and answers, leave by the side door. */
async function handle(jobs: readonly InputJob[], office: RuleEngine, { config }: NodeContext<AlertConfig>): Promise<void> {
  const understood = jobs.map(({ message }) => understand(message.payload, config.rules));
  const origin = new Map<AlertInput, InputJob>();
  understood.forEach((one, index) => {
    const job = jobs[index];
    if (job !== undefined && one.outcome === 'happenings') for (const happening of one.inputs) origin.set(happening, job);
  });
  const refused = new Set((await office.apply([...origin.keys()])).map((happening) => origin.get(happening)));
  for (const [index, job] of jobs.entries()) {
    const one = understood[index];
    if (one?.outcome === 'list') job.out.secondary({ ...job.message, payload: await office.list(one.limit) }, 'list');
    else if (one?.outcome === 'refused') job.out.secondary(job.message, one.reason);
    else if (refused.has(job)) job.out.secondary(job.message, 'alerts.tooMany');
  }
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
