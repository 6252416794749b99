/**
 * `ClientGuard` decides at the built-in broker who may connect, publish and subscribe. The owner's login may do everything, as may any program of this machine
 * where the owner has set none; each generated login what it is there for (`TopicRights`). What is refused is reported, and never acknowledged.
 */
import type { Socket } from 'node:net';
import type { Aedes, AedesOptions, AedesPublishPacket, Client, ConnectPacket, PublishPacket } from 'aedes';
import { sameSecret } from '../../../engine/base/secret.js';
import type { LoginBrake } from '../../../engine/verify/loginBrake.js';
import { senderAddressOf } from '../../../engine/verify/senderAddress.js';
import type { BrokerLogins } from './loginFile.js';
import { type BrokerPurpose, mayPublish, mayRead, maySubscribe, purposeOf, TOPIC_RIGHTS } from './topicRights.js';

/** `Login` at a broker. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** `BrokerRefusal`: a wrong login, one that came too soon after wrong ones, a message, a subscription, a last will. */
export interface BrokerRefusal {
  readonly action: 'login' | 'wait' | 'publish' | 'subscribe' | 'will';
  readonly login: BrokerPurpose | 'owner' | 'unknown';
  readonly address: string;
  readonly topic?: string;
}

/** `SharedTurns` know the clients that share a subscription: what to subscribe one to (`undefined`: nothing), and whether a message is its own. */
export interface SharedTurns {
  subscribe(client: Client, topic: string): string | undefined;
  isFor(clientId: string, packet: AedesPublishPacket): boolean;
}

/** `ClientGuardTerms`: `ticks` are milliseconds of a clock that nobody sets. */
export interface ClientGuardTerms {
  readonly owner: Login | undefined;
  /** `undefined` where their file cannot be read: they open nothing. */
  readonly logins: BrokerLogins | undefined;
  readonly sharing: SharedTurns;
  readonly brake: LoginBrake;
  readonly ticks: () => number;
  readonly refused: (refusal: BrokerRefusal) => void;
}

type Guards = Required<Pick<AedesOptions, 'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward'>>;

/** CONNACK of MQTT 3.1.1: come again later. */
const SERVER_UNAVAILABLE = 3;
const RESERVED = '$SYS/';

/** `ClientGuard` of one broker. */
export class ClientGuard {
  readonly #terms: ClientGuardTerms;
  readonly #purposes = new WeakMap<Client, BrokerPurpose>();
  readonly #dropped = new WeakSet();

  constructor(terms: ClientGuardTerms) {
    this.#terms = terms;
  }

  guards(): Guards {
    return {
      preConnect: (client, packet, done) => {
        const purpose = this.#purposeOf(packet.username);
        if (purpose !== undefined) this.#confine(client, purpose, packet);
        done(null, true);
      },
      authenticate: (client, user, password, done) => {
        const verdict = this.#judge(client, user, password?.toString());
        if (verdict === 'wait') done(Object.assign(new Error('too many wrong logins'), { returnCode: SERVER_UNAVAILABLE }), null);
        else done(null, verdict === 'welcome');
      },
      authorizePublish: (client, packet, done) => { done(this.#publishFault(client, packet)); },
      authorizeSubscribe: (client, subscription, done) => {
        const topic = this.#subscribed(client, subscription.topic);
        done(null, topic === undefined ? null : { ...subscription, topic });
      },
      authorizeForward: (client, packet) => {
        const purpose = this.#purposes.get(client);
        // A kept session also has the subscriptions that were refused.
        if (purpose !== undefined && !mayRead(purpose, packet.topic)) return null;
        return this.#terms.sharing.isFor(client.id, packet) ? packet : null;
      },
    };
  }

  /** Lets what was refused without an acknowledgement end here. */
  dropRefused(broker: Aedes): void {
    const line = broker as unknown as { publish: (packet: object, client: unknown, done: () => void) => void };
    const publish = line.publish.bind(line);
    line.publish = (packet, client, done) => {
      if (this.#dropped.has(packet)) done();
      else publish(packet, client, done);
    };
  }

  /** The owner may use the name of a purpose. */
  #purposeOf(user: string | undefined): BrokerPurpose | undefined {
    return user === this.#terms.owner?.user ? undefined : purposeOf(user);
  }

  /** Nobody takes over the session of another login by its client id, nor leaves a will that it could not publish. */
  #confine(client: Client, purpose: BrokerPurpose, packet: ConnectPacket): void {
    if (packet.clientId !== '') packet.clientId = `${purpose}:${packet.clientId}`;
    if (packet.will === undefined || mayPublish(purpose, packet.will.topic)) return;
    this.#refuse(client, 'will', purpose, packet.will.topic);
    delete packet.will;
  }

  #judge(client: Client, user: string | undefined, password: string | undefined): 'welcome' | 'refused' | 'wait' {
    const { owner, brake, ticks } = this.#terms;
    const purpose = this.#purposeOf(user);
    if (purpose === undefined && owner === undefined) return this.#judgeNeighbor(client);
    const claimant = { by: 'address', address: addressOf(client) } as const;
    if (brake.judge(ticks(), claimant).outcome === 'wait') {
      this.#refuse(client, 'wait', purpose ?? this.#ownerOr(user));
      return 'wait';
    }
    if (this.#isRight(purpose, user, password)) {
      brake.succeed(ticks(), claimant);
      if (purpose !== undefined) this.#purposes.set(client, purpose);
      return 'welcome';
    }
    if (password !== undefined) brake.fail(ticks(), claimant, `${user ?? ''}\n${password}`);
    this.#refuse(client, 'login', purpose ?? this.#ownerOr(user));
    return 'refused';
  }

  /** Without a login of the owner's: any program of this machine. */
  #judgeNeighbor(client: Client): 'welcome' | 'refused' {
    if (isLoopback((client.conn as Socket).remoteAddress ?? '')) return 'welcome';
    this.#refuse(client, 'login', 'unknown');
    return 'refused';
  }

  #isRight(purpose: BrokerPurpose | undefined, user: string | undefined, password: string | undefined): boolean {
    const { owner, logins } = this.#terms;
    const expected = purpose === undefined ? owner : logins === undefined ? undefined : { user: purpose, password: logins[purpose] };
    if (expected === undefined) return false;
    const isUser = sameSecret(expected.user, user ?? '');
    return sameSecret(expected.password, password ?? '') && isUser;
  }

  #ownerOr(user: string | undefined): 'owner' | 'unknown' {
    return user !== undefined && user === this.#terms.owner?.user ? 'owner' : 'unknown';
  }

  /** An acknowledged message would be taken for a published one: with QoS the connection ends, without it the message alone is dropped. */
  #publishFault(client: Client | null, packet: PublishPacket): Error | null {
    if (packet.topic.startsWith(RESERVED)) return new Error(`${RESERVED} is reserved`);
    const purpose = client === null ? undefined : this.#purposes.get(client);
    if (client === null || purpose === undefined) return null;
    if (TOPIC_RIGHTS[purpose].retain === 'refused') packet.retain = false;
    if (mayPublish(purpose, packet.topic)) return null;
    this.#refuse(client, 'publish', purpose, packet.topic);
    if (packet.qos > 0) return new Error(`${purpose} may not publish there`);
    this.#dropped.add(packet);
    return null;
  }

  #subscribed(client: Client, topic: string): string | undefined {
    const purpose = this.#purposes.get(client);
    if (purpose === undefined || maySubscribe(purpose, topic)) return this.#terms.sharing.subscribe(client, topic);
    this.#refuse(client, 'subscribe', purpose, topic);
    return undefined;
  }

  #refuse(client: Client, action: BrokerRefusal['action'], login: BrokerRefusal['login'], topic?: string): void {
    this.#terms.refused({ action, login, address: addressOf(client), ...(topic === undefined ? {} : { topic }) });
  }
}

function addressOf(client: Client): string {
  return senderAddressOf((client.conn as Socket).remoteAddress, {}, []);
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}
