/**
 * `secretsInFiles` reads secrets from files, as Docker, Kubernetes and systemd hand them over: `BOTTEGA_PASSWORD_FILE=/run/secrets/password` stands for
 * `BOTTEGA_PASSWORD`, and neither the list of processes nor `docker inspect` shows what is in it.
 */
import { ConfigError } from './errors.js';

type Environment = Readonly<Record<string, string | undefined>>;
type ReadText = (path: string) => string;

/** `MAY_BE_EMPTY`: an empty file is a variable that is not set, and something else takes its place. */
const MAY_BE_EMPTY = [
  'SHOPIFY_WEBHOOK_SECRET', 'HUBSPOT_CLIENT_SECRET', 'WOOCOMMERCE_WEBHOOK_SECRET', 'POS_JWT_SECRET', 'POS_WEBHOOK_SECRET', 'BOTTEGA_OIDC_CLIENT_SECRET',
];

/** `MUST_HOLD`: an empty file is one that got lost. */
const MUST_HOLD = [
  'BOTTEGA_PASSWORD', 'BOTTEGA_API_TOKEN', 'BOTTEGA_PRIVACY_KEY', 'MQTT_PASSWORD', 'MQTT_URL', 'REDIS_URL', 'DATABASE_URL',
  'BOTTEGA_SMTP_PASSWORD', 'BOTTEGA_NOTIFY_SECRET',
];

/** `SECRET_VARIABLES` are those of which each may be in a file. */
export const SECRET_VARIABLES: readonly string[] = [...MUST_HOLD, ...MAY_BE_EMPTY];

/** The variables that files set, by name, and `more` of them that may be empty. Throws `ConfigError`, which repeats no secret. */
export function secretsInFiles(environment: Environment, readText: ReadText, more: readonly string[] = []): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of [...SECRET_VARIABLES, ...more]) {
    const variable = `${name}_FILE`;
    const path = environment[variable]?.trim() ?? '';
    if (path === '') continue;
    if ((environment[name]?.trim() ?? '') !== '') throw new ConfigError(variable, `must not be set beside ${name}`, path);
    const text = secretFile(variable, path, readText).trim();
    if (text !== '') found[name] = text;
    else if (MUST_HOLD.includes(name)) throw new ConfigError(variable, 'must be a file that holds a value', path);
  }
  return found;
}

/** The text of the file that a variable names. Throws `ConfigError`. */
export function secretFile(variable: string, path: string, readText: ReadText): string {
  try {
    return readText(path);
  } catch (error) {
    const { code } = error as { code?: unknown };
    throw new ConfigError(variable, `must be a file that can be read (${typeof code === 'string' ? code : 'error'})`, path);
  }
}
