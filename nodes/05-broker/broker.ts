/**
 * The broker node: the MQTT broker built in, or one elsewhere; the other nodes see no difference.
 */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { NodeAPI } from 'node-red';
import { messageOf } from '../../engine/base/errors.js';
import { answerEditor, serveEditor } from '../shared/editorApi.js';
import { resourceUp } from '../shared/metrics.js';
import { registerNode, type NodeSpec, type NodeContext } from '../shared/node.js';
import type { BrokerErrorCause } from './mqtt/errors.js';
import { refusalLog } from './access/refusalLog.js';
import { type BrokerConfig, type EmbeddedBrokerConfig, type ExternalConfig, type ListenReach, readConfig } from './config.js';
import { EmbeddedPort } from './embeddedPort.js';
import { ExternalPort } from './externalPort.js';
import { probe, probeForm } from './probe.js';

type BrokerContext = NodeContext<BrokerConfig>;
type Port = EmbeddedPort | ExternalPort;

const spec: NodeSpec<BrokerConfig> = {
  type: 'bottega-broker',
  credentials: { user: { type: 'text' }, password: { type: 'password' } },
  readConfig,
  open(context) {
    const { config } = context;
    const port = config.kind === 'embedded' ? openEmbedded(context, config) : openExternal(context, config);
    const unwatch = showHealth(context, port);
    answerEditor(context.node, () => probe(config, port));
    return {
      port,
      close: async () => {
        unwatch();
        await port.close();
      },
    };
  },
};

function openEmbedded({ RED, node, status, text, now }: BrokerContext, { port, listen, tls, login }: EmbeddedBrokerConfig): EmbeddedPort {
  const data = resolve(RED.settings.userDir ?? process.env['BOTTEGA_DATA'] ?? '.bottega');
  const settings = {
    folder: join(data, 'bottega-broker'),
    accessFolder: join(data, 'bottega-mqtt'),
    port,
    host: addressFor(listen),
    login,
    report: (error: unknown) => { node.warn(messageOf(error)); },
    refused: refusalLog({ warn: (line) => { node.warn(line); }, text, now }),
    now,
    ticks: () => performance.now(),
    ...(tls === undefined ? {} : { tls: { port: tls.port, host: addressFor(tls.listen) } }),
  };
  let warnedOf: BrokerErrorCause | undefined;
  return new EmbeddedPort(settings, {
    words: (cause) => text(`cause.${cause}`, { port }),
    random: Math.random,
    listener: (socket) => {
      if (socket.state === 'open') {
        if (tls === undefined) status.ok('listening', { port });
        else status.ok('listeningTls', { port, tls: tls.port });
        warnedOf = undefined;
        return;
      }
      const message = text(`cause.${socket.cause}`, { port: socket.port });
      status.waiting('away', { message, seconds: Math.ceil(socket.retryMs / 1_000) });
      if (warnedOf !== socket.cause) node.warn(`${message} (${socket.error})`);
      warnedOf = socket.cause;
    },
  });
}

function addressFor(reach: ListenReach): string {
  return reach === 'lan' ? '0.0.0.0' : '127.0.0.1';
}

function openExternal({ node, text, now }: BrokerContext, config: ExternalConfig): ExternalPort {
  return new ExternalPort(config, {
    words: (cause) => text(`cause.${cause}`, { host: new URL(config.url).host }),
    report: (error) => { node.warn(messageOf(error)); },
    suffix: randomBytes(5).toString('hex'),
    random: Math.random,
    now,
  });
}

/** Gauge, status and one log line for each new cause. */
function showHealth({ node, status, config, now }: BrokerContext, port: Port): () => void {
  let warnedOf = '';
  return port.watch((health) => {
    resourceUp.set({ resource: 'broker' }, health.state === 'ok' ? 1 : 0);
    if (config.kind === 'embedded') return;
    if (health.state === 'ok') {
      status.ok('connected', { host: new URL(config.url).host });
      warnedOf = '';
      return;
    }
    const seconds = Math.max(0, Math.ceil(((health.retryAt ?? now()) - now()) / 1_000));
    status.waiting('away', { message: health.message, seconds });
    if (health.retryAt !== undefined && warnedOf !== health.message) node.warn(health.message);
    warnedOf = health.message;
  });
}

export = (RED: NodeAPI): void => {
  registerNode(RED, spec);
  serveEditor(RED, 'broker', probeForm);
};
