/**
 * `EmbeddedBroker` is the broker that needs nothing but Node.js: aedes, in this process. Its own nodes reach it without a socket, others over TCP.
 */
import { sameSecret } from '../../../engine/base/secret.js';
import { createServer, type Server, type Socket } from 'node:net';
import type { Aedes, AedesOptions, AedesPublishPacket } from 'aedes';
import { openLevelDb } from '../../../engine/store/level/levelStore.js';
import { away } from '../mqtt/errors.js';
import { publishInOrder } from './publishOrder.js';
import { limitPackets, MAX_PACKET_BYTES } from './packetLimit.js';
import { Sessions } from './persistence.js';
import { Sharing } from './sharedSubscriptions.js';
import type { Subscription } from '../mqtt/subscriptions.js';
import type { OutgoingMessage } from '../../shared/ports.js';

const MAX_CONNECTIONS = 200;
/** A client that does not read for so long is cut off, because it holds up everybody else's messages. */
const SLOW_CLIENT_MS = 5_000;

type Deliver = (packet: AedesPublishPacket, callback: () => void) => void;

/** `EmbeddedSettings`: where it keeps its database, where it listens, and to whom. */
export interface EmbeddedSettings {
  readonly folder: string;
  readonly port: number;
  readonly host: string;
  readonly login: Login | undefined;
  readonly report: (error: unknown) => void;
}

/** `EmbeddedBroker` is one running broker, from opening its database to closing it. */
export class EmbeddedBroker {
  readonly #settings: EmbeddedSettings;
  readonly #aedes: Aedes;
  readonly #sessions: Sessions;
  readonly #closeDb: () => Promise<void>;
  readonly #delivers = new Map<Subscription, Deliver>();
  readonly #pending = new Set<(error: Error) => void>();
  #server: Server | undefined;

  private constructor(settings: EmbeddedSettings, aedes: Aedes, sessions: Sessions, closeDb: () => Promise<void>) {
    this.#settings = settings;
    this.#aedes = aedes;
    this.#sessions = sessions;
    this.#closeDb = closeDb;
  }

  /** Throws the faults of opening its database (`store.locked` where another broker uses the folder). */
  static async open(settings: EmbeddedSettings): Promise<EmbeddedBroker> {
    const db = await openLevelDb(settings.folder);
    try {
      return await EmbeddedBroker.#on(db, settings);
    } catch (error) {
      await db.close();
      throw error;
    }
  }

  static async #on(db: Awaited<ReturnType<typeof openLevelDb>>, settings: EmbeddedSettings): Promise<EmbeddedBroker> {
    const { Aedes: Broker } = await import('aedes');
    const isHere = (clientId: string): boolean => aedes.clients[clientId] !== undefined;
    const sessions = new Sessions(db, isHere, settings.report);
    const sharing = new Sharing();
    const options = { persistence: sessions, drainTimeout: SLOW_CLIENT_MS, ...guards(settings.login, sharing) };
    const aedes = new Broker(options) as Aedes & { clients: Record<string, unknown> };
    aedes.on('error' as 'closed', settings.report as () => void);
    aedes.on('clientDisconnect', ({ id }) => { sharing.gone(id); });
    aedes.on('unsubscribe', (topics, { id }) => { sharing.unsubscribe(id, topics); });
    await aedes.listen();
    publishInOrder(aedes, (topic) => sessions.written(topic));
    return new EmbeddedBroker(settings, aedes, sessions, () => db.close());
  }

  /** Opens the port for other programs; rejects with the socket's error where the port cannot be had. */
  async listen(): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => { this.#welcome(socket); });
    server.maxConnections = MAX_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#settings.port, this.#settings.host, resolve);
    });
    server.removeAllListeners('error');
    server.on('error', this.#settings.report);
    this.#server = server;
  }

  publish(topic: string, payload: Buffer, retain: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.add(reject);
      this.#aedes.publish({ cmd: 'publish', topic, payload, retain, qos: 1, dup: false }, (error?: Error | null) => {
        this.#pending.delete(reject);
        if (error === undefined || error === null) resolve();
        else reject(away('the embedded broker could not take the message', error));
      });
    });
  }

  /** Resolves when each of them was taken or refused. */
  publishAll(messages: readonly OutgoingMessage[]): Promise<void> {
    return new Promise((resolve) => {
      let left = messages.length;
      const end = (): void => {
        this.#pending.delete(end);
        resolve();
      };
      const taken = (): void => {
        left -= 1;
        if (left === 0) end();
      };
      this.#pending.add(end);
      for (const { topic, payload, retain } of messages) {
        this.#aedes.publish({ cmd: 'publish', topic, payload, retain, qos: 1, dup: false }, taken);
      }
      if (left === 0) end();
    });
  }

  /** Live messages from now on, and the retained ones that fit. */
  subscribe(subscription: Subscription): void {
    const deliver: Deliver = ({ topic, payload }, callback) => {
      subscription.deliver(topic, asBuffer(payload), 'live');
      callback();
    };
    this.#delivers.set(subscription, deliver);
    this.#aedes.subscribe(subscription.filter, deliver, () => undefined);
    if (subscription.group === undefined) this.replay(subscription).catch(this.#settings.report);
  }

  unsubscribe(subscription: Subscription): void {
    const deliver = this.#delivers.get(subscription);
    this.#delivers.delete(subscription);
    if (deliver !== undefined) this.#aedes.unsubscribe(subscription.filter, deliver, () => undefined);
  }

  /** The retained messages of a filter, as a broker sends them to a new subscriber. */
  async replay(subscription: Subscription): Promise<void> {
    for await (const packet of this.#sessions.createRetainedStream(subscription.filter)) {
      const { topic, payload } = packet as AedesPublishPacket;
      subscription.deliver(topic, asBuffer(payload), 'retained');
    }
  }

  async close(): Promise<void> {
    const server = this.#server;
    const shut = server === undefined ? Promise.resolve() : new Promise<void>((resolve) => { server.close(() => { resolve(); }); });
    await new Promise<void>((resolve) => { this.#aedes.close(resolve); });
    for (const reject of this.#pending) reject(away('the embedded broker closed'));
    this.#pending.clear();
    await shut;
    await this.#sessions.settled();
    await this.#closeDb();
  }

  #welcome(socket: Socket): void {
    limitPackets(socket, MAX_PACKET_BYTES);
    this.#aedes.handle(socket);
  }
}

/** Who may connect, what may be subscribed, and who gets what is shared. */
function guards(login: Login | undefined, sharing: Sharing): Pick<AedesOptions, 'authenticate' | 'authorizeSubscribe' | 'authorizeForward'> {
  return {
    authenticate: (client, user, password, done) => {
      const remote = (client.conn as Socket).remoteAddress ?? '';
      const welcome = login === undefined ? isLoopback(remote) : sameSecret(login.user, user ?? '') && sameSecret(login.password, password?.toString() ?? '');
      done(null, welcome);
    },
    authorizeSubscribe: (client, subscription, done) => {
      const topic = sharing.subscribe(client, subscription.topic);
      done(null, topic === undefined ? null : { ...subscription, topic });
    },
    authorizeForward: (client, packet) => (sharing.isFor(client.id, packet) ? packet : null),
  };
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

function asBuffer(payload: string | Buffer): Buffer {
  return Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
}

/** `Login` at a broker. */
export interface Login {
  readonly user: string;
  readonly password: string;
}
