#!/usr/bin/env node
/**
 * `bottega-doctor` checks what is around a shop and says what to do: for its owner in words, for his consultant as JSON.
 */
import { join } from 'node:path';
import { isZone } from '../engine/base/time.js';
import {
  CHECKS, type OtherClock, type Finding, type FindingState, judgeAddress, judgeClock, judgeData, judgeDisk, judgeHealth, judgeNode, judgeSecrets, judgeServer,
  judgeTls, judgeZone,
} from '../engine/doctor/findings.js';
import { strengthOf, type SecretScheme } from '../engine/verify/secretStrength.js';
import { type CliEnvironment, type CliLanguage, readOptions } from './frame/arguments.js';
import { type CommandReporter, type ExitCode, type ParsedCommand, print, runMain, runner } from './frame/command.js';
import { fill } from './frame/words.js';
import { askHealth, directoryAccess, freeBytes, keptSecrets, modeOf, probePublic, reach, readClock } from './doctor/probes.js';
import findingsEn from '../engine/doctor/words/en.json';
import findingsIt from '../engine/doctor/words/it.json';
import { readCertificate } from '../nodes/shared/http/certificate.js';
import en from './locales/en.json';
import it from './locales/it.json';
import { type RunningShop, runningShop, SHOP_OPTIONS } from './store/storesArguments.js';

type DoctorProblem = 'words';

interface DoctorArguments {
  readonly language: CliLanguage;
  readonly running: RunningShop;
  readonly as: 'text' | 'json';
  readonly environment: CliEnvironment;
}

const OPTIONS = { ...SHOP_OPTIONS, json: { type: 'boolean' } } as const;
const WORDS: Readonly<Record<CliLanguage, typeof en.doctor>> = { en: en.doctor, it: it.doctor };
const FINDINGS: Readonly<Record<CliLanguage, typeof findingsEn>> = { en: findingsEn, it: findingsIt };
/** What senders sign with, by its variable. */
const SECRETS: Readonly<Record<string, SecretScheme>> = {
  SHOPIFY_WEBHOOK_SECRET: 'shared', HUBSPOT_CLIENT_SECRET: 'shared', WOOCOMMERCE_WEBHOOK_SECRET: 'shared', POS_JWT_SECRET: 'hs256',
  POS_WEBHOOK_SECRET: 'standard', BOTTEGA_API_TOKEN: 'shared',
};
/** As in package.json. */
const LEAST_NODE = '20.19.0';
const USUAL_ZONE = 'Europe/Rome';
const PORTS = { redis: 6_379, broker: 1_883 } as const;

/** `DoctorReporter` has the words of findings in one language. */
class DoctorReporter implements CommandReporter<DoctorProblem> {
  readonly #words: typeof en.doctor;
  readonly #findings: typeof findingsEn;

  constructor(language: CliLanguage) {
    this.#words = WORDS[language];
    this.#findings = FINDINGS[language];
  }

  usage(): string {
    return this.#words.usage;
  }

  problem(problem: DoctorProblem, value: string): string {
    return fill(this.#words.problem[problem], { value });
  }

  /** What was found and, where there is something to do, what. */
  words({ check, as, values }: Finding): { readonly found: string; readonly advice: string } {
    const sentences = (this.#findings[check] as Readonly<Record<string, readonly string[]>>)[as] ?? [];
    const [found = '', advice = ''] = sentences.map((sentence) => fill(sentence, values));
    return { found, advice };
  }

  line(finding: Finding): string {
    const { found, advice } = this.words(finding);
    const line = `${this.#words.state[finding.state].padEnd(12)} ${found}`;
    return advice === '' ? line : `${line}\n${' '.repeat(13)}→ ${advice}`;
  }

  summary(findings: readonly Finding[]): string {
    const count = (state: FindingState): string => String(findings.filter((one) => one.state === state).length);
    return fill(this.#words.summary, { ok: count('ok'), warning: count('warning'), failed: count('failed') });
  }
}

runMain(runner({ parse, reporter: (language) => new DoctorReporter(language), act }));

function parse(typed: readonly string[], environment: CliEnvironment): ParsedCommand<DoctorArguments, DoctorProblem> {
  const read = readOptions(OPTIONS, typed, environment);
  if (read.outcome !== 'options') return read;
  const { language, values, words } = read;
  if (words.length > 0) return { outcome: 'problem', language, problem: 'words', at: words.join(' ') };
  const as = values.json === true ? 'json' : 'text';
  return { outcome: 'arguments', language, given: { language, environment, running: runningShop(values, environment), as } };
}

async function act({ running, as, environment }: DoctorArguments, reporter: DoctorReporter): Promise<ExitCode> {
  const findings = await examine(running, (name) => given(environment, name));
  const outcome = findings.some(({ state }) => state === 'failed') ? 1 : 0;
  const report = { outcome: outcome === 0 ? 'ok' : 'failed', findings: findings.map((one) => ({ ...one, ...reporter.words(one) })) };
  if (as === 'json') print(JSON.stringify(report, null, 2));
  else print([...findings.map((one) => reporter.line(one)), '', reporter.summary(findings)].join('\n'));
  return outcome;
}

function given(environment: CliEnvironment, name: string): string | undefined {
  const value = environment[name]?.trim() ?? '';
  return value === '' ? undefined : value;
}

async function examine({ url, data }: RunningShop, variable: (name: string) => string | undefined): Promise<readonly Finding[]> {
  const secrets = { ...keptSecrets(data), ...Object.fromEntries(Object.keys(SECRETS).flatMap((name) => pairOf(name, variable(name)))) };
  const publicUrl = variable('BOTTEGA_PUBLIC_URL');
  const zone = variable('TZ_SHOP') ?? USUAL_ZONE;
  const [health, clocks, redis, broker, certificate] = await Promise.all([
    askHealth(url), readClocks(publicUrl), server('redis', variable('REDIS_URL')), server('broker', variable('MQTT_URL')),
    publicUrl?.startsWith('https:') === true ? readCertificate(publicUrl) : undefined,
  ]);
  const signing = secrets['SHOPIFY_WEBHOOK_SECRET'] ?? '';
  const probe = health === undefined || publicUrl === undefined || signing === '' ? undefined : await probePublic(url, publicUrl, signing, Date.now());
  const findings = [
    judgeNode(process.versions.node, LEAST_NODE), judgeData(data, directoryAccess(data), modeOf(join(data, 'secrets.json'))),
    judgeDisk(freeBytes(data)), judgeZone(zone, isZone(zone)), judgeClock(clocks), judgeSecrets(strengths(secrets)), ...judgeHealth(url, health), redis, broker,
    ...judgeAddress(probe), judgeTls(publicUrl, certificate, Date.now()),
  ];
  return CHECKS.flatMap((check) => findings.filter((one) => one.check === check));
}

function pairOf(name: string, value: string | undefined): readonly (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]];
}

function strengths(secrets: Readonly<Record<string, string>>): Parameters<typeof judgeSecrets>[0] {
  return Object.fromEntries(Object.entries(SECRETS).map(([name, scheme]) => [name, strengthOf(scheme, secrets[name] ?? '')]));
}

async function readClocks(publicUrl: string | undefined): Promise<readonly OtherClock[]> {
  if (publicUrl === undefined) return [];
  const reading = await readClock(publicUrl);
  return reading === undefined ? [] : [reading];
}

/** Its first address, without user and password. */
async function server(check: 'redis' | 'broker', address: string | undefined): Promise<Finding> {
  if (address === undefined) return judgeServer(check, undefined, undefined);
  const first = address.split(',')[0] ?? address;
  if (/^redis\+unix:/.test(first)) return judgeServer(check, first, undefined);
  const { host } = new URL(first);
  return judgeServer(check, host, await reach(first, PORTS[check]));
}
