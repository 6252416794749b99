/**
 * Node-RED inside this process: the version the running Node.js can carry, our nodes from this package, quiet and offline.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { AccessControl } from './access/accessControl.js';
import type { Settings } from './settings/settings.js';

/** The part of Node-RED that an embedding program uses. */
export interface NodeRed {
  readonly version: string;
  readonly httpAdmin: RequestListener;
  readonly httpNode: Handler;
  readonly events: EventEmitter;
  init(server: Server, settings: object): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Express's: hands on what it does not know. */
export type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
type Express = RequestListener & { use(handler: Handler): void };

/** Node-RED and the Express application it is served by. */
export interface Embedded {
  readonly red: NodeRed;
  readonly app: Express;
}

/** Node-RED 5 needs Node.js 22.9; below it, its predecessor serves. */
export function nodeRedFor(nodeVersion: string): 'node-red' | 'node-red-4' {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 9) ? 'node-red' : 'node-red-4';
}

/** Loads the fitting Node-RED, and the Express that comes with it. */
export function loadNodeRed(): Embedded {
  const require = createRequire(__filename);
  const name = nodeRedFor(process.versions.node);
  const inside = createRequire(require.resolve(`${name}/package.json`));
  const express = inside('express') as () => Express;
  return { red: require(name) as NodeRed, app: express() };
}

/** What a flow is chosen by. */
type FlowChoice = Pick<Settings, 'role' | 'template' | 'language'>;

/** The flow of a template or role, on the first start only: afterwards the flow is the user's. `other role`: it was laid out for another. */
export function layOutFlow(data: string, settings: FlowChoice): 'laid out' | 'kept' | 'other role' {
  const [flow, mark] = [join(data, 'flows.json'), join(data, 'role')];
  if (existsSync(flow)) return existsSync(mark) && readFileSync(mark, 'utf8').trim() !== settings.role ? 'other role' : 'kept';
  writeFileSync(mark, `${settings.role}\n`);
  writeFileSync(flow, readFileSync(flowOf(settings)));
  return 'laid out';
}

/** Whether the product has run on that directory before. */
export function isUsed(data: string): boolean {
  return existsSync(join(data, 'flows.json'));
}

/** Whether this package brings that flow. */
export function hasFlow(settings: FlowChoice): boolean {
  return existsSync(flowOf(settings));
}

function flowOf({ role, template, language }: FlowChoice): string {
  return join(packageRoot(), 'flows', language === 'it' ? '' : language, `${role === 'all' ? template : role}.json`);
}

/** `LauncherWarning` is what the launcher has found, as `/health` says it. */
export interface LauncherWarning {
  readonly cause: string;
  readonly message: string;
}

/** `RuntimeTerms` is what Node-RED is configured with beside the settings. */
export interface RuntimeTerms {
  readonly port: number;
  readonly credentialSecret: string;
  /** Absent: whoever sits at this machine. */
  readonly access: AccessControl | undefined;
  /** What `/health` says beside what the nodes know. */
  readonly warnings: () => readonly LauncherWarning[];
  /** Gets lines of warnings and errors. */
  readonly log: (line: string) => void;
}

/** Node-RED's settings file, as an object. */
export function nodeRedSettings(settings: Settings, { port, credentialSecret, access, warnings, log }: RuntimeTerms): object {
  const dashboard = access === undefined ? {} : { middleware: access.middleware, ioMiddleware: access.ioMiddleware };
  return {
    userDir: resolve(settings.data),
    flowFile: 'flows.json',
    flowFilePretty: true,
    credentialSecret,
    nodesDir: [packageRoot()],
    httpAdminRoot: '/',
    httpNodeRoot: '/',
    uiHost: settings.host,
    uiPort: port,
    logging: { console: { level: 'off' }, lines: { level: 'warn', metrics: false, audit: false, handler: () => lineLogger(log) } },
    // Status lines and notices of the nodes; the editor follows the browser.
    lang: settings.language === 'it' ? 'it' : 'en-US',
    telemetry: { enabled: false, updateNotification: false },
    externalModules: { autoInstall: false, palette: { allowInstall: true } },
    editorTheme: { tours: false, projects: { enabled: false }, page: { title: 'Bottega' }, header: { title: 'Bottega' } },
    ...(access === undefined ? {} : { adminAuth: access.adminAuth }),
    dashboard,
    // The older dashboard's.
    ui: dashboard,
    // The monitor node reads these, each time it is asked.
    get bottegaWarnings() { return warnings(); },
  };
}

interface LogEntry {
  readonly level: number;
  readonly type?: string;
  readonly name?: string;
  readonly id?: string;
  readonly msg: unknown;
}

/** Node-RED warns of these on every first start of ours; there is nothing to be done about them. */
const EXPECTED = /^(Projects disabled|Encrypted credentials not found)/;

function lineLogger(log: (line: string) => void): (entry: LogEntry) => void {
  return ({ level, type, name, id, msg }) => {
    const text = msg instanceof Error || (typeof msg === 'object' && msg !== null && 'message' in msg) ? String(msg.message) : String(msg);
    if (EXPECTED.test(text)) return;
    const place = type === undefined ? '' : `[${type}:${name ?? id ?? ''}] `;
    log(`[${level <= 20 ? 'error' : 'warn'}] ${place}${text}`);
  };
}

/** From `dist/launcher` as from `launcher`: the folder of this package's manifest. */
function packageRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
