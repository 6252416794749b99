/**
 * How does a sale enter the shop? `POST` from Shopify, HubSpot, WooCommerce, a till, any program or page of the shop, answered when it is stored.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NodeAPI } from 'node-red';
import { ConfigError } from '../../engine/base/errors.js';
import { memoryReplayGuard, storedReplayGuard } from '../../engine/verify/replayGuard.js';
import { answerEditor, serveEditor } from '../shared/editorApi.js';
import { captureBodies } from '../shared/http/rawBody.js';
import type { StorePort } from '../shared/ports.js';
import { serve } from '../shared/http/route.js';
import { portOf, registerNode, type NodeSpec } from '../shared/node.js';
import { isOpen, readConfig, type WebhookConfig } from './config.js';
import { Ledger } from './counters.js';
import { probe } from './selfTest.js';
import { PixelEndpoint } from './pixel.js';
import { keyRingOf, proverOf } from './verifier.js';
import { Reception } from './handler.js';

/** Token ids belong to no shop in particular. */
const TENANT = 'shop';

const spec: NodeSpec<WebhookConfig> = {
  type: 'bottega-webhook',
  credentials: { secret: { type: 'password' }, previousSecret: { type: 'password' }, webhookSecret: { type: 'password' } },
  readConfig,
  open(context) {
    const { RED, config, status } = context;
    if (RED.settings.httpNodeRoot === false) throw new ConfigError('path', 'needs httpNodeRoot in the settings of Node-RED', config.path);
    const store = config.store === undefined ? undefined : portOf<StorePort>(RED, config.store, 'store').of(TENANT);
    const guard = store === undefined ? memoryReplayGuard() : storedReplayGuard(store);
    const keys = config.keysUrl === undefined ? undefined : keyRingOf(config.keysUrl);
    const publicUrl = config.publicUrl ?? localUrl(RED);
    const ledger = new Ledger(context, config.provider, isOpen(config) ? 'open' : 'shut');
    const reception = new Reception(context, publicUrl, proverOf(config, audiencesOf(RED, publicUrl, config.path), guard, keys), ledger);
    answerEditor(context.node, () => probe(RED, config, publicUrl, context.now()));
    const pixel = config.pixel === undefined ? undefined : new PixelEndpoint(context, config.pixel, ledger, reception);
    const handle = (request: IncomingMessage, response: ServerResponse): Promise<void> | undefined => {
      pixel?.allow(request, response);
      return reception.handle(request, response);
    };
    const release = captureBodies(RED, config.path, (request, response) => { void handle(request, response); }, pixel);
    const unserve = [serve(RED, 'all', config.path, handle), ...(pixel === undefined ? [] : [serve(RED, 'get', `${config.path}.gif`, pixel.picture)])];
    if (isOpen(config)) status.ok('listening', { path: config.path });
    else status.waiting('noSecret');
    void keys?.warm(context.now()).then((had) => { if (!had) status.waiting('keysAway'); });
    return {
      close() {
        for (const end of unserve) end();
        release();
        reception.close();
        ledger.close();
      },
    };
  },
};

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
