/**
 * `Connection` is one connection to the broker, tried again with growing pauses until closed; nothing is queued while it is down.
 */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import mqtt, { type IClientOptions, type IConnackPacket, type MqttClient } from 'mqtt';
import { away, causeOf } from './mqtt/errors.js';
import type { ExternalConfig, Files } from './config.js';
import { present } from '../../engine/base/json.js';
import { retryDelay } from '../../engine/base/retry.js';
import { type TlsOptions, tlsOptions } from '../../engine/base/tls.js';

const KEEPALIVE_S = 15;
const CONNECT_MS = 10_000;
const DISCONNECT_MS = 1_000;
/** Messages without PUBACK at most, where the broker names no lower limit; a packet id has 16 bits. */
const MAX_UNACKNOWLEDGED = 10_000;
/**
 * The broker may send as many at once as a packet id can name. Mosquitto sends 20 where nobody says more, and drops what its queue of 1,000 does not
 * take: retained numbers of a larger shop were lost at each reconnection.
 */
const RECEIVE_MAXIMUM = 65_535;

/** `ConnectionHooks` are called as the connection comes and goes. */
export interface ConnectionHooks {
  /** Up: subscriptions belong here. A rejection takes the connection down again. */
  up(client: MqttClient): Promise<void>;
  down(error: unknown, retryMs: number): void;
  message(topic: string, payload: Buffer, retained: 'retained' | 'live'): void;
  random(): number;
}

interface PublishJob {
  readonly send: () => void;
  readonly fail: (error: Error) => void;
}

/** `Connection` with one client id. */
export class Connection {
  readonly #config: ExternalConfig;
  readonly #clientId: string;
  readonly #hooks: ConnectionHooks;
  #protocol: 5 | 4;
  /** Each attempt is a client of its own: mqtt.js keeps no message, timer or subscription of a former one. */
  #client: MqttClient | undefined;
  #state: 'down' | 'up' | 'closed' = 'down';
  #retry: NodeJS.Timeout | undefined;
  #attempt = 0;
  #limit = MAX_UNACKNOWLEDGED;
  readonly #sent = new Set<PublishJob>();
  #waiting: PublishJob[] = [];

  constructor(config: ExternalConfig, clientId: string, hooks: ConnectionHooks) {
    this.#config = config;
    this.#clientId = clientId;
    this.#hooks = hooks;
    this.#protocol = config.protocol;
    void this.#connect();
  }

  /** The client while the connection is up. */
  get client(): MqttClient | undefined {
    return this.#state === 'up' ? this.#client : undefined;
  }

  publish(topic: string, payload: string | Buffer, retain: boolean): Promise<void> {
    const client = this.client;
    if (client === undefined) return Promise.reject(away('the broker is not connected'));
    if (this.#waiting.length >= MAX_UNACKNOWLEDGED) return Promise.reject(away('the broker does not keep up'));
    return new Promise((resolve, reject) => {
      const send = (): void => {
        this.#sent.add(job);
        client.publish(topic, payload, { qos: 1, retain }, (error) => {
          this.#acknowledged(job);
          if (error instanceof Error) reject(away('the broker refused the message', error));
          else resolve();
        });
      };
      const job: PublishJob = { send, fail: reject };
      if (this.#sent.size < this.#limit) send();
      else this.#waiting.push(job);
    });
  }

  async close(): Promise<void> {
    const client = this.#client;
    // A polite DISCONNECT, unless nobody is there to receive it or mqtt.js would first wait for acknowledgements.
    const abruptly = client?.connected !== true || this.#sent.size > 0;
    this.#state = 'closed';
    clearTimeout(this.#retry);
    this.#failAll('the broker connection was closed');
    if (client === undefined) return;
    const impatience = setTimeout(() => { client.end(true); }, DISCONNECT_MS);
    await new Promise<void>((resolve) => {
      client.once('close', () => { resolve(); });
      client.end(abruptly, {}, () => { resolve(); });
    });
    clearTimeout(impatience);
  }

  async #connect(): Promise<void> {
    try {
      const options = await this.#options();
      if (this.#state !== 'closed') this.#start(mqtt.connect(this.#config.url, options));
    } catch (error) {
      this.#again(error);
    }
  }

  #start(client: MqttClient): void {
    let reason: unknown;
    this.#client = client;
    (client.stream as Partial<Socket>).setNoDelay?.(true);
    client.on('error', (error) => { reason ??= error; });
    client.on('disconnect', ({ reasonCode }) => { reason ??= Object.assign(new Error('the broker ended the connection'), { code: reasonCode }); });
    client.on('message', (topic, payload, { retain }) => { this.#hooks.message(topic, payload, retain ? 'retained' : 'live'); });
    client.on('connect', (connack) => {
      this.#up(client, connack).catch((error: unknown) => {
        reason = error;
        client.end(true);
      });
    });
    client.once('close', () => { this.#down(client, reason ?? new Error('the connection was lost')); });
  }

  async #up(client: MqttClient, { properties }: IConnackPacket): Promise<void> {
    // Brokers end a connection that exceeds their receive maximum (MQTT 5 section 3.3.4); mqtt.js does not mind it.
    this.#limit = Math.min(properties?.receiveMaximum ?? MAX_UNACKNOWLEDGED, MAX_UNACKNOWLEDGED);
    await this.#hooks.up(client);
    if (this.#state === 'down' && client.connected) this.#state = 'up';
    this.#attempt = 0;
  }

  #down(client: MqttClient, error: unknown): void {
    this.#client = undefined;
    if (this.#state !== 'closed') this.#state = 'down';
    // Before the client's end, which fails what it still holds: nothing may follow into a dead client.
    this.#failAll('the broker connection was lost');
    client.end(true);
    this.#again(error);
  }

  #again(error: unknown): void {
    if (this.#state === 'closed') return;
    const refusedVersion = causeOf(error) === 'protocol' && this.#protocol === 5;
    if (refusedVersion) this.#protocol = 4;
    const retryMs = refusedVersion ? 0 : retryDelay(this.#attempt, this.#hooks.random());
    this.#attempt += 1;
    this.#hooks.down(error, retryMs);
    this.#retry = setTimeout(() => { void this.#connect(); }, retryMs);
  }

  #acknowledged(job: PublishJob): void {
    if (!this.#sent.delete(job)) return;
    if (this.client?.connected === true && this.#sent.size < this.#limit) this.#waiting.shift()?.send();
  }

  #failAll(message: string): void {
    const jobs = [...this.#sent, ...this.#waiting];
    this.#sent.clear();
    this.#waiting = [];
    for (const { fail } of jobs) fail(away(message));
  }

  async #options(): Promise<IClientOptions> {
    const { login } = this.#config;
    return {
      clientId: this.#clientId, protocolVersion: this.#protocol, keepalive: KEEPALIVE_S, connectTimeout: CONNECT_MS,
      clean: true, reconnectPeriod: 0, resubscribe: false, queueQoSZero: false,
      ...(this.#protocol === 5 && { properties: { receiveMaximum: RECEIVE_MAXIMUM } }),
      ...present({ username: login?.user, password: login?.password }),
      ...(/^(mqtts|wss):/.test(this.#config.url) ? await secured(this.#config.files) : {}),
    };
  }
}

async function secured({ ca, cert, key }: Files): Promise<IClientOptions & TlsOptions> {
  return {
    rejectUnauthorized: true,
    ...tlsOptions(process.env),
    ...present({ ca: await contentOf(ca), cert: await contentOf(cert), key: await contentOf(key) }),
  };
}

async function contentOf(path: string | undefined): Promise<Buffer | undefined> {
  return path === undefined ? undefined : readFile(path);
}
