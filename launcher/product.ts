/**
 * `startProduct` brings the whole product up in one process: listen, start Node-RED, wait until it can store, let requests in; and down again.
 */
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { ConfigError, messageOf } from '../engine/base/errors.js';
import { SECOND } from '../engine/base/time.js';
import { secureFetch } from '../nodes/shared/http/secureFetch.js';
import { AccessControl } from './access/accessControl.js';
import { LoginAttempts } from './access/attempts.js';
import { type LoginFile, MIN_NEW_PASSWORD, openLoginFile } from './access/loginFile.js';
import { SignedIn } from './access/signedIn.js';
import { openDataDirectory } from './dataDirectory.js';
import { damagedFiles, type FlowState, isFlowWhole, mendFlow } from './flowFile.js';
import { isForPrograms } from './guard.js';
import { LauncherPorts } from './ports.js';
import { type Embedded, type Handler, hasFlow, isUsed, type LauncherWarning, layOutFlow, loadNodeRed, nodeRedSettings } from './runtime.js';
import { openSecrets, remarksOnSecrets } from './secrets.js';
import { addressOf, type LauncherEnvironment, type Settings } from './settings/settings.js';

export interface Product {
  /** Where it listens, for people and programs on this machine. */
  readonly url: string;
  /** What the nodes were given, for a sender on this machine. */
  readonly environment: LauncherEnvironment;
  stop(): Promise<void>;
}

const HEALTH_EVERY_MS = 50;
const SAY_WHY_AFTER_MS = 20 * SECOND;
const BROKER_PATIENCE_MS = 5 * SECOND;
/** Requests under way may finish for so long. */
const DRAIN_MS = 3 * SECOND;

/** Resolves once webhooks are accepted. Rejects with `ConfigError`, or with the error of listening (`EADDRINUSE` …). */
export async function startProduct(settings: Settings, log: (line: string) => void): Promise<Product> {
  if (!hasFlow(settings)) throw new ConfigError('BOTTEGA_TEMPLATE', 'this version does not bring that template', settings.template);
  const ports = new LauncherPorts(settings, log);
  const port = await ports.listen();
  const data = prepareData(settings, port, log);
  const attempts = new LoginAttempts({ proxies: settings.trustedProxies, browserKey: data.browserKey, log, ticks: () => performance.now() });
  ports.tokenWatch = (request, response) => attempts.watchToken(request, response);
  const ownUrl = settings.publicUrl ?? addressOf(settings.host, port, settings.tls);
  const access = accessControl(settings, { ownUrl, logins: data.logins, attempts, log });
  const embedded = loadNodeRed();
  const warnings = (): readonly LauncherWarning[] => [...data.logins.shortPassword ? [SHORT_PASSWORD] : [], ...flowWarnings(settings.data)];
  const runtime = nodeRedSettings(settings, { port, credentialSecret: data.credentialSecret, access, warnings, log });
  const unserved = data.flow === 'damaged' ? whileDamaged(settings.data) : undefined;
  const flows = await startNodeRed(embedded, ports, runtime, { access, unserved });
  const url = addressOf(localName(settings.host), port, settings.tls);
  await healthy(url, flows, log);
  if (settings.mqttUrl === undefined) await brokerListens(settings.mqttPort, log);
  ports.state = 'open';
  return { url, environment: data.variables, stop: () => stop(embedded, ports, access) };
}

/** What the data directory holds for the launcher. */
interface PreparedData {
  readonly credentialSecret: string;
  readonly browserKey: string;
  readonly logins: LoginFile;
  readonly flow: FlowState;
  readonly variables: LauncherEnvironment;
}

const SHORT_PASSWORD = {
  cause: 'password.short',
  message: `BOTTEGA_PASSWORD has fewer than ${String(MIN_NEW_PASSWORD)} characters: whoever tries long enough finds it; a new one needs as many`,
};

/** Lays out the data directory and hands the nodes what they fall back to. */
function prepareData(settings: Settings, port: number, log: (line: string) => void): PreparedData {
  openDataDirectory(settings.data, log);
  const mended = mendFlow(settings.data, new Date());
  for (const remark of mended.remarks) log(`[${mended.state === 'damaged' ? 'error' : 'warn'}] ${remark}`);
  // Before anything is laid out: a refused password must not become an old one.
  const logins = openLoginFile(settings.data, settings.access, isUsed(settings.data) ? 'used' : 'fresh');
  if (logins.shortPassword) log(`[warn] ${SHORT_PASSWORD.message}`);
  const { credentialSecret, browserKey, variables: secrets } = openSecrets(settings.data, process.env);
  const variables = {
    ...secrets,
    TZ_SHOP: settings.zone,
    MQTT_PORT: String(settings.mqttPort),
    // What senders sign: where they are served.
    BOTTEGA_PUBLIC_URL: settings.publicUrl ?? addressOf(settings.host, settings.intakePort ?? port, settings.tls),
  };
  Object.assign(process.env, variables);
  const flow = layOutFlow(settings.data, settings);
  if (flow === 'other role') throw new ConfigError('BOTTEGA_ROLE', 'another role has that data directory; each needs a BOTTEGA_DATA of its own', settings.role);
  if (flow === 'kept' && process.env['BOTTEGA_TEMPLATE'] !== undefined) {
    log('[warn] BOTTEGA_TEMPLATE counts at the first start only: the flow in the data directory is kept');
  }
  for (const line of [...remarksOn(settings), ...remarksOnSecrets(secrets)]) log(`[warn] ${line}`);
  return { credentialSecret, browserKey, logins, flow: mended.state, variables };
}

interface LoginTerms {
  readonly ownUrl: string;
  readonly logins: LoginFile;
  readonly attempts: LoginAttempts;
  readonly log: (line: string) => void;
}

/** None where whoever sits at this machine may do everything. */
function accessControl({ access, publicUrl }: Settings, { ownUrl, logins, attempts, log }: LoginTerms): AccessControl | undefined {
  if (access.by === 'loopback') return undefined;
  const keep = (sessions: Parameters<LoginFile['write']>[0]): void => {
    try {
      logins.write(sessions);
    } catch (error) {
      log(`[warn] who is signed in cannot be kept over a restart: ${messageOf(error)}`);
    }
  };
  const now = (): number => Date.now();
  const signedIn = new SignedIn({ kept: logins.sessions, keep, publicUrl, now });
  return new AccessControl({ access, publicUrl, ownUrl, attempts, signedIn, log, now });
}

/** What works otherwise than one might think. */
function remarksOn({ role, redisUrl, access }: Settings): string[] {
  const remarks: string[] = [];
  if (access.by !== 'loopback' && access.oidc?.owners.length === 0 && access.oidc.viewers.length === 0) {
    remarks.push('BOTTEGA_OIDC_OWNERS and BOTTEGA_OIDC_VIEWERS name nobody: nobody can sign in by OpenID Connect');
  }
  if (role === 'edge' && redisUrl !== undefined) remarks.push('REDIS_URL is not used: an edge keeps its events in its own store');
  if (role === 'front' && redisUrl === undefined) {
    remarks.push('REDIS_URL is not set: alerts and live numbers only; /kpi answers 503 and the charts stay empty');
  }
  return remarks;
}

/** Whether the nodes run: Node-RED starts none where a flow names a type it does not know. */
interface Flows {
  started: boolean;
}

/** A flow that was damaged may lack what was deployed last, until its owner has deleted the damaged file. */
function flowWarnings(data: string): LauncherWarning[] {
  return damagedFiles(data).map((name) => {
    const message = `the flow was damaged (${name}): the one that runs may lack what was deployed last. See to it in the editor, then delete that file`;
    return { cause: 'flows.damaged', message };
  });
}

/** Without a flow nobody serves the senders' paths: until one is deployed they are asked to come again. */
function whileDamaged(data: string): Handler {
  const message = `flows.json is damaged (kept as ${damagedFiles(data).join(', ')}), and there is no backup that could be used: deploy a flow in the editor`;
  const body = JSON.stringify({ status: 'down', causes: [{ cause: 'flows.damaged', message }] });
  return (_request, response, next) => {
    if (isFlowWhole(data)) next();
    else response.writeHead(503, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'Retry-After': '5' }).end(body);
  };
}

interface ServeTerms {
  readonly access: AccessControl | undefined;
  /** Answers programs whose path nobody serves. */
  readonly unserved: Handler | undefined;
}

async function startNodeRed({ red, app }: Embedded, ports: LauncherPorts, settings: object, { access, unserved }: ServeTerms): Promise<Flows> {
  if (access !== undefined) ports.onUpgrade(access.upgrade);
  red.init(ports.main, settings);
  // What serves the editor in Node-RED 4 lets every site read whatever it passes on: our numbers and figures do not go that way.
  app.use((request, response, next) => {
    if (!isForPrograms(request.url ?? '')) next();
    else red.httpNode(request, response, unserved === undefined ? next : () => { unserved(request, response, next); });
  });
  if (access !== undefined) app.use(access.handle);
  app.use(red.httpAdmin);
  app.use(red.httpNode);
  ports.onRequest(app);
  const flows: Flows = { started: false };
  red.events.once('flows:started', () => { flows.started = true; });
  await red.start();
  return flows;
}

/** Asks the monitor until events can be stored. A flow whose user took the monitor out is taken at its word. */
async function healthy(url: string, flows: Flows, log: (line: string) => void): Promise<void> {
  const since = Date.now();
  for (let said = false; ;) {
    // Before the question: flows that start while it is answered have not had their say.
    const startedBefore = flows.started;
    const { status, body } = await ask(`${url}/health`);
    if (status === 200) return;
    if (status === 404 && startedBefore) {
      log('[warn] /health answers nothing: the flow has no monitor node');
      return;
    }
    if (!said && Date.now() - since > SAY_WHY_AFTER_MS) {
      said = true;
      log(`[warn] not ready yet: ${flows.started ? `/health answers ${String(status)} ${body}` : 'the flow does not start; the editor names what it lacks'}`);
    }
    await pause(HEALTH_EVERY_MS);
  }
}

/** The nodes reach the built-in broker without its port, other programs do not: whoever reads `ready` may connect. A port that is taken holds up nobody. */
async function brokerListens(port: number, log: (line: string) => void): Promise<void> {
  const until = Date.now() + BROKER_PATIENCE_MS;
  while (!(await accepts(port))) {
    if (Date.now() > until) {
      log(`[warn] nobody listens on MQTT_PORT ${String(port)} yet: other programs cannot reach the built-in broker`);
      return;
    }
    await pause(HEALTH_EVERY_MS);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => { answer(true); });
    socket.once('error', () => { answer(false); });
  });
}

async function ask(url: string): Promise<{ status: number; body: string }> {
  try {
    // The certificate names the public host, not this address.
    const response = await secureFetch(url, { signal: AbortSignal.timeout(5 * SECOND), trust: 'ourselves' });
    return { status: response.status, body: (await response.text()).slice(0, 500) };
  } catch (error) {
    return { status: 0, body: messageOf(error) };
  }
}

/** The name under which this machine reaches what listens on all addresses. */
function localName(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

/** No new request is let in; those under way finish, then nodes close and flush, then connections end. */
async function stop({ red }: Embedded, ports: LauncherPorts, access: AccessControl | undefined): Promise<void> {
  await ports.drain(DRAIN_MS);
  access?.close();
  await red.stop();
  ports.closeAllConnections();
}
