/**
 * `openLoginFile` reads the generated logins of the built-in broker, user name to password, and makes those that are missing: once, for this user of the
 * machine only. The owner of the shop reads there what a counter or a display is to be given; a password that is taken out is made anew at the next start.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keepPrivately } from './privateFile.js';
import { BROKER_PURPOSES, type BrokerPurpose } from './topicRights.js';

/** `BrokerLogins` by purpose. */
export type BrokerLogins = Readonly<Record<BrokerPurpose, string>>;

const FILE = 'logins.json';
const LEAST_LENGTH = 16;

/** `openLoginFile` throws where the file cannot be used: it is not overwritten, for counters know what stood in it. */
export function openLoginFile(folder: string): BrokerLogins {
  const path = join(folder, FILE);
  const kept = existsSync(path) ? parseLogins(readFileSync(path, 'utf8'), path) : {};
  const logins = Object.fromEntries(BROKER_PURPOSES.map((purpose) => [purpose, kept[purpose] ?? randomBytes(24).toString('base64url')])) as BrokerLogins;
  if (BROKER_PURPOSES.some((purpose) => kept[purpose] === undefined)) keepPrivately(folder, FILE, `${JSON.stringify(logins, undefined, 2)}\n`);
  return logins;
}

function parseLogins(text: string, path: string): Partial<Record<BrokerPurpose, string>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    // Its own words repeat the text.
    if (error instanceof SyntaxError) throw new Error(`${path} is not JSON`, { cause: 'syntax' });
    throw error;
  }
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`${path} is not a JSON object of texts`);
  const logins: Partial<Record<BrokerPurpose, string>> = {};
  for (const purpose of BROKER_PURPOSES) {
    const password = (parsed as Readonly<Record<string, unknown>>)[purpose];
    if (password === undefined) continue;
    if (typeof password !== 'string' || password.length < LEAST_LENGTH) {
      throw new Error(`${path}: ${purpose} must be at least ${String(LEAST_LENGTH)} characters`);
    }
    logins[purpose] = password;
  }
  return logins;
}
