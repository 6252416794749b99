/**
 * Secrets of this installation: those of the environment; any other is made once and kept beside the data, for this user only.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../engine/base/errors.js';
import { PROFILE_NAMES, type ProfileName, PROFILES } from '../engine/normalize/profile/profiles.js';
import { LEAST_BYTES, type SecretScheme, strengthOf } from '../engine/verify/secretStrength.js';
import { secretLines } from '../engine/verify/verdict.js';
import type { LauncherEnvironment } from './settings/settings.js';

/** The variables that nodes read, and how a fresh value is made. POS_WEBHOOK_SECRET has the form of Standard Webhooks. */
const MAKERS = {
  SHOPIFY_WEBHOOK_SECRET: randomText,
  HUBSPOT_CLIENT_SECRET: randomText,
  WOOCOMMERCE_WEBHOOK_SECRET: randomText,
  POS_JWT_SECRET: randomText,
  POS_WEBHOOK_SECRET: () => `whsec_${randomBytes(32).toString('base64')}`,
  BOTTEGA_API_TOKEN: randomText,
  BOTTEGA_PRIVACY_KEY: randomText,
} as const;

/** A secret URL is one name: letters and digits only, so that nothing in front takes it for something else. */
const PROFILE_MAKERS: ReadonlyMap<string, () => string> = new Map(PROFILE_NAMES.flatMap((name): [string, () => string][] => {
  const { secret, urlSecret } = PROFILES[name];
  const made = secret?.chosenBy === 'shop' ? [[secret.variable, makerOf(secret.scheme, name)] as [string, () => string]] : [];
  return [...made, ...(urlSecret === undefined ? [] : [[urlSecret.variable, randomHex] as [string, () => string]])];
}));

export type SecretName = keyof typeof MAKERS;

/** Those of senders that are data have names of their own. */
type Variables = Readonly<Record<SecretName, string>> & Readonly<Record<string, string>>;

export interface LauncherSecrets {
  /** What encrypts the credentials that Node-RED saves. */
  readonly credentialSecret: string;
  /** What signs the mark of browsers that have been signed in. */
  readonly browserKey: string;
  readonly variables: Variables;
}

/** Where the made secrets lie. */
export function secretsPath(data: string): string {
  return join(data, 'secrets.json');
}

/** Reads what was made before, makes what is missing. A file that cannot be understood stops the start: new keys would orphan the data. */
export function openSecrets(data: string, environment: LauncherEnvironment): LauncherSecrets {
  const path = secretsPath(data);
  const kept = existsSync(path) ? parseSecrets(readFileSync(path, 'utf8'), path) : {};
  const made: Record<string, string> = { ...kept };
  made['credentialSecret'] ??= randomText();
  made['browserKey'] ??= randomText();
  const variables: Record<string, string> = {};
  for (const [name, make] of [...Object.entries(MAKERS), ...PROFILE_MAKERS]) {
    const given = environment[name]?.trim() ?? '';
    variables[name] = given === '' ? (made[name] ??= make()) : given;
  }
  if (Object.keys(made).length > Object.keys(kept).length) write(path, made);
  return { credentialSecret: made['credentialSecret'], browserKey: made['browserKey'], variables: variables as Variables };
}

/** Any other is a text that both sides know. */
const SCHEMES: Readonly<Partial<Record<string, SecretScheme>>> = {
  POS_JWT_SECRET: 'hs256', POS_WEBHOOK_SECRET: 'standard',
  ...Object.fromEntries(PROFILE_NAMES.flatMap((name) => {
    const { secret } = PROFILES[name];
    return secret === undefined || secret.scheme === 'publicKey' ? [] : [[secret.variable, secret.scheme] as const];
  })),
};

/** Which of the environment's are not worth the name; none of their text is said. */
export function remarksOnSecrets(secrets: LauncherSecrets['variables']): string[] {
  const remarks = Object.entries(secrets).flatMap(([name, given]) => {
    const scheme = SCHEMES[name] ?? 'shared';
    // Several may be given, one per line.
    const strengths = secretLines(given).map((secret) => strengthOf(scheme, secret));
    const least = `${String(LEAST_BYTES[scheme])} bytes`;
    if (strengths.includes('empty')) return [`${name} has nothing behind it: it opens nothing`];
    if (!strengths.includes('short')) return [];
    return [`${name} is shorter than ${least}: whoever tries long enough finds it. The next minor version refuses it`];
  });
  const isForm = secretLines(secrets.POS_WEBHOOK_SECRET).every((secret) => /^(whsec_)?[A-Za-z0-9+/_-]*={0,2}$/.test(secret));
  return isForm ? remarks : [...remarks, 'POS_WEBHOOK_SECRET is not of the form whsec_<base64>: signatures made with it may not be recognized'];
}

function makerOf(scheme: SecretScheme | 'publicKey', name: ProfileName): () => string {
  if (scheme === 'standard') return MAKERS.POS_WEBHOOK_SECRET;
  return PROFILES[name].proof?.family === 'basic' ? () => `bottega:${randomText()}` : randomText;
}

function randomHex(): string {
  return randomBytes(32).toString('hex');
}

function randomText(): string {
  return randomBytes(32).toString('base64url');
}

function parseSecrets(text: string, path: string): Record<string, string> {
  try {
    const parsed = JSON.parse(text) as unknown;
    if (typeof parsed === 'object' && parsed !== null && Object.values(parsed).every((value) => typeof value === 'string')) {
      return parsed as Record<string, string>;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ConfigError(path, 'a JSON object of texts; restore it from a backup', '…');
}

/** Beside and then renamed: a kill in between leaves the old file or the new one. */
function write(path: string, secrets: Record<string, string>): void {
  const aside = `${path}.${String(process.pid)}`;
  writeFileSync(aside, `${JSON.stringify(secrets, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(aside, path);
}
