/**
 * The self-test of the broker: a message on a topic of its own, on connections of its own, so that nobody else receives or feels it.
 */
import { randomBytes } from 'node:crypto';
import type { Asked, EditorReply } from '../shared/editorApi.js';
import { within } from '../shared/within.js';
import type { BrokerPort } from '../shared/ports.js';
import type { SavedForm } from '../shared/node.js';
import type { BrokerErrorCause } from './mqtt/errors.js';
import { type BrokerConfig, type ExternalConfig, readConfig } from './config.js';
import { ExternalPort } from './externalPort.js';

const CONNECT_MS = 8_000;
const ECHO_MS = 3_000;

/** `probe` tries the broker as it is deployed: the port itself where it is built in. */
export function probe(config: BrokerConfig, port: BrokerPort): Promise<EditorReply> {
  return config.kind === 'external' ? probeExternal(config) : echoed(port);
}

/** `probeForm` tries the broker of a form that is not deployed, with what was typed in it. */
export function probeForm({ form, secrets }: Asked): Promise<EditorReply> {
  const config = readConfig(form as SavedForm, (secrets ?? {}) as Readonly<Record<string, string>>);
  return config.kind === 'external' ? probeExternal(config) : Promise.resolve({ outcome: 'notDeployed' });
}

async function probeExternal(config: ExternalConfig): Promise<EditorReply> {
  let cause: BrokerErrorCause = 'lost';
  const suffix = randomBytes(5).toString('hex');
  const port = new ExternalPort(config, {
    // The hooks are asked for words; here the name of the cause is all that is needed.
    words: (found) => { if (found !== 'lost') cause = found; return found; },
    report: () => undefined,
    suffix, now: Date.now, random: Math.random,
  });
  try {
    const isUp = await within(CONNECT_MS, up(port, () => cause), false);
    return isUp ? await echoed(port) : { outcome: 'away', cause, host: new URL(config.url).host };
  } finally {
    await port.close();
  }
}

/** False as soon as a cause is known: the port itself would go on trying. */
function up(port: BrokerPort, cause: () => BrokerErrorCause): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = port.watch((health) => {
      if (health.state !== 'ok' && cause() === 'lost') return;
      setImmediate(() => { stop(); });
      resolve(health.state === 'ok');
    });
  });
}

async function echoed(port: BrokerPort): Promise<EditorReply> {
  const topic = `bottega/prova/${randomBytes(8).toString('hex')}`;
  const startedAt = Date.now();
  let received: (() => void) | undefined;
  const echo = new Promise<boolean>((resolve) => { received = () => { resolve(true); }; });
  const end = port.subscribe(topic, () => { received?.(); });
  try {
    await port.publish(topic, 'prova');
    return await within(ECHO_MS, echo, false) ? { outcome: 'works', tookMs: Date.now() - startedAt } : { outcome: 'silent', topic };
  } catch {
    return { outcome: 'silent', topic };
  } finally {
    await end();
  }
}
