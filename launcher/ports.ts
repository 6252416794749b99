/**
 * `LauncherPorts` are the ports of one installation: one with everything, and, where it is asked for, one with what senders post to and no more, so that
 * a proxy or a firewall that opens it to the world opens no editor.
 */
import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { SLOW_REQUEST } from '../engine/verify/intakePlaces.js';
import { GuardedServer, type GuardReach, type GuardState, type TokenWatch } from './guard.js';
import { SecureServer } from './secureServer.js';
import { ServerCertificate } from './serverCertificate.js';
import type { Settings } from './settings/settings.js';

type Log = (line: string) => void;

/** `LauncherPorts`: `main` has everything, and is the one that Node-RED knows. */
export class LauncherPorts {
  readonly main: GuardedServer;
  readonly #intake: GuardedServer | undefined;
  readonly #settings: Settings;

  constructor(settings: Settings, log: Log) {
    this.#settings = settings;
    this.main = serverFor(settings, 'everything', log);
    this.#intake = settings.intakePort === undefined ? undefined : serverFor(settings, 'senders', log);
    // Nodes count at Node-RED's server who was too slow.
    this.#intake?.on(SLOW_REQUEST, () => { this.main.emit(SLOW_REQUEST); });
  }

  /** Resolves with the port of everything once all are listened on. Rejects with the error of listening. */
  async listen(): Promise<number> {
    const { host, port, intakePort = 0 } = this.#settings;
    await listening(this.main, port, host);
    try {
      if (this.#intake !== undefined) await listening(this.#intake, intakePort, host);
    } catch (error) {
      this.main.close();
      throw error;
    }
    return (this.main.address() as AddressInfo).port;
  }

  set state(state: GuardState) {
    for (const server of this.#all()) server.state = state;
  }

  set tokenWatch(watch: TokenWatch) {
    for (const server of this.#all()) server.tokenWatch = watch;
  }

  onRequest(listener: RequestListener): void {
    for (const server of this.#all()) server.on('request', listener);
  }

  /** Sockets of editor and dashboard: there are none for senders. */
  onUpgrade(listener: (request: IncomingMessage, socket: Duplex) => void): void {
    this.main.on('upgrade', listener);
  }

  /** Nobody new is let in; those under way may finish for so long. */
  async drain(withinMs: number): Promise<void> {
    this.state = 'closed';
    for (const server of this.#all()) server.close();
    await Promise.race([Promise.all(this.#all().map((server) => server.idle())), pause(withinMs, undefined, { ref: false })]);
  }

  closeAllConnections(): void {
    for (const server of this.#all()) server.closeAllConnections();
  }

  #all(): GuardedServer[] {
    return this.#intake === undefined ? [this.main] : [this.main, this.#intake];
  }
}

function serverFor({ access, frameAncestors, tls }: Settings, reach: GuardReach, log: Log): GuardedServer {
  if (tls === undefined) return new GuardedServer(access, frameAncestors, undefined, reach);
  const certificate = new ServerCertificate(tls, log);
  const server = new SecureServer({ access, frameAncestors, pair: certificate.read(), reach });
  server.once('close', certificate.watch((pair) => { server.setSecureContext(pair); }));
  return server;
}

async function listening(server: GuardedServer, port: number, host: string): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}
