/**
 * `EmbeddedBroker` is the broker that needs nothing but Node.js: aedes, in this process. Its own nodes reach it without a socket, others over TCP.
 */
import type { Socket } from 'node:net';
import type { Aedes, AedesPublishPacket } from 'aedes';
import { messageOf } from '../../../engine/base/errors.js';
import { SECOND } from '../../../engine/base/time.js';
import { openLevelDb } from '../../../engine/store/level/levelStore.js';
import { LoginBrake } from '../../../engine/verify/loginBrake.js';
import { ClientGuard, type BrokerRefusal, type Login } from '../access/clientGuard.js';
import { type BrokerLogins, openLoginFile } from '../access/loginFile.js';
import { namesOfMachine, openCertificate } from '../tls/certificateFiles.js';
import { away } from '../mqtt/errors.js';
import { type ListenAddress, Listeners } from './listeners.js';
import { publishInOrder } from './publishOrder.js';
import { limitPackets, MAX_PACKET_BYTES } from './packetLimit.js';
import { Sessions } from './persistence.js';
import { Sharing } from './sharedSubscriptions.js';
import type { Subscription } from '../mqtt/subscriptions.js';
import type { OutgoingMessage } from '../../shared/ports.js';

/** A client that does not read for so long is cut off, because it holds up everybody else's messages. */
const SLOW_CLIENT_MS = 5 * SECOND;
/** Who has not said its name by then is cut off. */
const CONNECT_MS = 10 * SECOND;
/** Client ids of generated logins have their user name in front. */
const MAX_ID_LENGTH = 64;

type Deliver = (packet: AedesPublishPacket, callback: () => void) => void;

/** `EmbeddedSettings`: where it keeps its database, and its logins and certificates; where it listens, and to whom. */
export interface EmbeddedSettings {
  readonly folder: string;
  readonly accessFolder: string;
  readonly port: number;
  readonly host: string;
  readonly tls?: ListenAddress;
  /** The owner's, which may do everything. */
  readonly login: Login | undefined;
  readonly report: (error: unknown) => void;
  readonly refused: (refusal: BrokerRefusal) => void;
  /** Epoch ms, for certificates. */
  readonly now: () => number;
  /** Milliseconds of a clock that nobody sets. */
  readonly ticks: () => number;
}

/** `EmbeddedBroker` is one running broker, from opening its database to closing it. */
export class EmbeddedBroker {
  readonly #settings: EmbeddedSettings;
  readonly #aedes: Aedes;
  readonly #listeners: Listeners;
  readonly #sessions: Sessions;
  readonly #closeDb: () => Promise<void>;
  readonly #delivers = new Map<Subscription, Deliver>();
  readonly #pending = new Set<(error: Error) => void>();

  private constructor(settings: EmbeddedSettings, aedes: Aedes, sessions: Sessions, closeDb: () => Promise<void>) {
    this.#settings = settings;
    this.#aedes = aedes;
    this.#sessions = sessions;
    this.#closeDb = closeDb;
    const { port, host, tls, accessFolder, report, now } = settings;
    const certificate = (): ReturnType<typeof openCertificate> => openCertificate(accessFolder, namesOfMachine(), now());
    this.#listeners = new Listeners({
      plain: { port, host }, welcome: (socket) => { this.#welcome(socket); }, report, ...(tls === undefined ? {} : { tls: { ...tls, certificate } }),
    });
    aedes.on('clientReady', ({ conn }) => { this.#listeners.proven(conn as Socket); });
  }

  /** Throws the faults of opening its database (`store.locked` where another broker uses the folder). */
  static async open(settings: EmbeddedSettings): Promise<EmbeddedBroker> {
    const db = await openLevelDb(settings.folder, ({ bytes }) => {
      // Numbers and alerts are published anew at each start, events by their outbox.
      settings.report(new Error(`the broker's database found ${String(bytes)} damaged bytes: messages that it kept for others may be lost`));
    });
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
    const { login, ticks, refused } = settings;
    const guard = new ClientGuard({ owner: login, logins: loginsOf(settings), sharing, brake: new LoginBrake(), ticks, refused });
    const limits = { drainTimeout: SLOW_CLIENT_MS, connectTimeout: CONNECT_MS, maxClientsIdLength: MAX_ID_LENGTH };
    const options = { persistence: sessions, ...limits, ...guard.guards() };
    const aedes = new Broker(options) as Aedes & { clients: Record<string, unknown> };
    aedes.on('error' as 'closed', settings.report as () => void);
    aedes.on('clientDisconnect', ({ id }) => { sharing.gone(id); });
    aedes.on('unsubscribe', (topics, { id }) => { sharing.unsubscribe(id, topics); });
    await aedes.listen();
    publishInOrder(aedes, (topic) => sessions.written(topic));
    guard.dropRefused(aedes);
    return new EmbeddedBroker(settings, aedes, sessions, () => db.close());
  }

  /** Opens the ports for other programs; rejects with the socket's error where one cannot be had. */
  listen(): Promise<void> {
    return this.#listeners.open();
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
    const shut = this.#listeners.close();
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

function asBuffer(payload: string | Buffer): Buffer {
  return Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
}

/** A file that cannot be read opens nothing; the nodes of this process need no login. */
function loginsOf({ accessFolder, report }: EmbeddedSettings): BrokerLogins | undefined {
  try {
    return openLoginFile(accessFolder);
  } catch (error) {
    report(new Error(`the logins of the built-in broker cannot be used: ${messageOf(error)}`));
    return undefined;
  }
}
