/**
 * The `bottega-webhook` node: `POST` from Shopify, HubSpot, WooCommerce, a till, any program or page of the shop, answered when it is stored.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NodeAPI } from 'node-red';
import { ConfigError } from '../../engine/base/errors.js';
import { memoryReplayGuard, storedReplayGuard } from '../../engine/verify/replayGuard.js';
import { answerEditor, serveEditor } from '../shared/editorApi.js';
import { captureBodies } from '../shared/http/rawBody.js';
import { serve } from '../shared/http/route.js';
import { type NodeContext, type NodeSpec, portOf, registerNode } from '../shared/node.js';
import type { StorePort } from '../shared/ports.js';
import { raiseWarning } from '../shared/raisedWarnings.js';
import { isOpen, leastOfShort, readConfig, type WebhookConfig } from './config.js';
import { WebhookCounters } from './counters.js';
import { WebhookHandler } from './handler.js';
import { PixelEndpoint } from './pixel.js';
import { publishedKeys } from './publishedKeys.js';
import { probe } from './selfTest.js';
import { verifierOf } from './verifier.js';

/** Token ids belong to no shop in particular. */
const TENANT = 'shop';

const spec: NodeSpec<WebhookConfig> = {
  type: 'bottega-webhook',
  credentials: { secret: { type: 'password' }, previousSecret: { type: 'password' }, webhookSecret: { type: 'password' } },
  readConfig,
  open(context) {
    const { RED, config, status } = context;
    if (RED.settings.httpNodeRoot === false) throw new ConfigError('path', 'needs httpNodeRoot in the settings of Node-RED', config.path);
    const guard = config.store === undefined ? memoryReplayGuard() : storedReplayGuard(portOf<StorePort>(RED, config.store, 'store').of(TENANT));
    const keys = config.keysUrl === undefined ? undefined : publishedKeys(config.keysUrl);
    const publicUrl = config.publicUrl ?? localUrl(RED);
    const counters = new WebhookCounters(context, config.provider, isOpen(config) ? 'open' : 'closed');
    const handler = new WebhookHandler(context, publicUrl, verifierOf(config, audiencesOf(RED, publicUrl, config.path), guard, keys), counters);
    answerEditor(context.node, () => probe(RED, config, publicUrl, context.now()));
    const pixel = config.pixel === undefined ? undefined : new PixelEndpoint(context, config.pixel, counters, handler);
    const handle = (request: IncomingMessage, response: ServerResponse): Promise<void> | undefined => {
      pixel?.allow(request, response);
      return handler.handle(request, response);
    };
    const direct = (request: IncomingMessage, response: ServerResponse): void => { void handle(request, response); };
    const release = captureBodies(RED, config.path, { proxies: config.trustedProxies, direct, ...(pixel !== undefined && { terms: pixel }) });
    const unserve = [serve(RED, 'all', config.path, handle), ...(pixel === undefined ? [] : [serve(RED, 'get', `${config.path}.gif`, pixel.picture)])];
    if (isOpen(config)) status.ok('listening', { path: config.path });
    else status.waiting('noSecret');
    warnOfShort(context);
    void keys?.warm().then((had) => { if (!had) status.waiting('keysAway'); });
    return {
      close() {
        raiseWarning(context.node);
        for (const end of unserve) end();
        release();
        handler.close();
        counters.close();
      },
    };
  },
};

/** Who tries long enough finds a short secret. It works on for this minor version, so that no update shuts a sender out unasked. */
function warnOfShort({ config, node, text }: NodeContext<WebhookConfig>): void {
  const least = leastOfShort(config);
  if (least === undefined) return;
  node.warn(text('warning.shortSecret', { path: config.path, least }));
  const short = `the secret of ${config.path} is shorter than ${String(least)} bytes`;
  const message = `${short}: set a longer one here and at the sender; the next minor version refuses it`;
  raiseWarning(node, { cause: 'secret.short', message });
}

/** What a token may be meant for: us, or this endpoint. */
function audiencesOf(RED: NodeAPI, publicUrl: string, path: string): string[] {
  const root = String(RED.settings.httpNodeRoot ?? '').replace(/\/+$/, '');
  return [publicUrl, `${publicUrl}${root}${path}`];
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
