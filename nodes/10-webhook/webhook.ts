/**
 * The `bottega-webhook` node: `POST` from a shop system, a till, any program or page of the shop, answered when it is stored.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NodeAPI } from 'node-red';
import { ConfigError } from '../../engine/base/errors.js';
import { memoryReplayGuard, storedReplayGuard } from '../../engine/verify/replayGuard.js';
import { answerEditor, serveEditor } from '../shared/editorApi.js';
import { captureBodies } from '../shared/http/rawBody.js';
import { serve } from '../shared/http/route.js';
import { type NodeContext, type NodeSpec, portOf, registerNode } from '../shared/node.js';
import type { StorePort, Warning } from '../shared/ports.js';
import { raiseWarning } from '../shared/raisedWarnings.js';
import { senderPorts, type SenderTrial, type TrialWay } from '../shared/senderPort.js';
import { isOpen, leastOfShort, readConfig, variablesOf, type WebhookConfig } from './config.js';
import { type Doubt, WebhookCounters } from './counters.js';
import { WebhookHandler } from './handler.js';
import { PixelEndpoint } from './pixel.js';
import { publishedKeys } from './publishedKeys.js';
import { termsOf } from './profileTerms.js';
import { probe, rootOf } from './selfTest.js';
import { SenderActivity } from './senderActivity.js';
import { portTo } from './senderOffer.js';
import { verifierOf } from './verifier.js';

/** Token ids belong to no shop in particular. */
const TENANT = 'shop';

const spec: NodeSpec<WebhookConfig> = {
  type: 'bottega-webhook',
  credentials: {
    secret: { type: 'password' }, previousSecret: { type: 'password' }, webhookSecret: { type: 'password' }, urlSecret: { type: 'password' },
  },
  readConfig,
  open(context) {
    const { RED, config, status } = context;
    if (RED.settings.httpNodeRoot === false) throw new ConfigError('path', 'needs httpNodeRoot in the settings of Node-RED', config.path);
    const guard = config.store === undefined ? memoryReplayGuard() : storedReplayGuard(portOf<StorePort>(RED, config.store, 'store').of(TENANT));
    const keys = config.keysUrl === undefined ? undefined : publishedKeys(config.keysUrl);
    const publicUrl = config.publicUrl ?? localUrl(RED);
    const warn = warner(context.node);
    const counters = new WebhookCounters(context, config.provider, isOpen(config) ? 'open' : 'closed', (doubt) => { warn(doubtIn(config, doubt)); });
    const activity: SenderActivity = new SenderActivity(() => { offer.changed(); });
    const handler = new WebhookHandler(context, publicUrl, verifierOf(config, audiencesOf(RED, publicUrl, config.path), guard, keys), { counters, activity });
    const trial = (way: TrialWay): Promise<SenderTrial> => probe(RED, config, { publicUrl, activity, way, now: context.now() });
    answerEditor(context.node, () => trial('here'));
    const offer = senderPorts.offer(portTo(context, publicUrl, activity, trial));
    const pixel = config.pixel === undefined ? undefined : new PixelEndpoint(context, config.pixel, counters, handler);
    const unserve = serveAll(context, handler, pixel);
    if (isOpen(config)) status.ok('listening', { path: config.path });
    else status.waiting('noSecret');
    warnOfShort(context, warn);
    void keys?.warm().then((had) => { if (!had) status.waiting('keysAway'); });
    return {
      close() {
        raiseWarning(context.node);
        activity.close();
        offer.close();
        unserve();
        handler.close();
        counters.close();
      },
    };
  },
};

/** Serves the endpoint's own path, the secret URLs below it, and the picture of a page; the answer ends it. */
function serveAll({ RED, config }: NodeContext<WebhookConfig>, handler: WebhookHandler, pixel: PixelEndpoint | undefined): () => void {
  const { path, profile, trustedProxies: proxies } = config;
  const handle = (request: IncomingMessage, response: ServerResponse): Promise<void> | undefined => {
    pixel?.allow(request, response);
    return handler.handle(request, response);
  };
  const direct = (request: IncomingMessage, response: ServerResponse): void => { void handle(request, response); };
  const terms = pixel ?? (profile === undefined ? undefined : termsOf(profile));
  const reach = profile?.urlSecret === undefined ? 'itself' : 'below';
  const release = captureBodies(RED, path, { proxies, direct, reach, ...(terms !== undefined && { terms }) });
  const served = (reach === 'itself' ? [path] : [path, `${path}/:secret`]).map((each) => serve(RED, 'all', each, handle));
  if (pixel !== undefined) served.push(serve(RED, 'get', `${path}.gif`, pixel.picture));
  return () => {
    for (const end of served) end();
    release();
  };
}

/** Each cause once, beside those that were raised before. */
function warner(owner: object): (warning: Warning) => void {
  const raised = new Map<string, Warning>();
  return (warning) => {
    raised.set(warning.cause, warning);
    raiseWarning(owner, ...raised.values());
  };
}

/** Nobody has to connect every sender; that one knocks, or is not believed, its owner wants to know. */
function doubtIn({ path, provider }: WebhookConfig, doubt: Doubt): Warning {
  const set = `somebody sends to ${path}, which has no secret yet: type it into its webhook node, or set ${variablesOf(provider).join(' or ')}`;
  const unproven = `what comes by the secret URL of ${path} counts nothing until it is fetched: let it count in its webhook node, if you will`;
  return { cause: doubt, message: doubt === 'secret.missing' ? set : unproven };
}

/** Who tries long enough finds a short secret. It works on for this minor version, so that no update shuts a sender out unasked. */
function warnOfShort({ config, node, text }: NodeContext<WebhookConfig>, warn: (warning: Warning) => void): void {
  const least = leastOfShort(config);
  if (least === undefined) return;
  node.warn(text('warning.shortSecret', { path: config.path, least }));
  const short = `the secret of ${config.path} is shorter than ${String(least)} bytes`;
  const message = `${short}: set a longer one here and at the sender; the next minor version refuses it`;
  warn({ cause: 'secret.short', message });
}

/** What a token may be meant for: us, or this endpoint. */
function audiencesOf(RED: NodeAPI, publicUrl: string, path: string): string[] {
  return [publicUrl, `${publicUrl}${rootOf(RED)}${path}`];
}

/** What a sender on this machine calls us. */
function localUrl(RED: NodeAPI): string {
  const { uiHost, uiPort } = RED.settings;
  return `http://${uiHost === '0.0.0.0' ? '127.0.0.1' : uiHost}:${String(uiPort)}`;
}

export = (RED: NodeAPI): void => {
  registerNode(RED, spec);
  serveEditor(RED, 'webhook');
};
