/**
 * `OidcSettings` say which OpenID provider vouches for people, and who of them is what: read from the environment, and closed unless somebody opens it.
 */
import { ConfigError } from '../../engine/base/errors.js';
import { sha256 } from '../../engine/base/secret.js';

/** `UserRole`: an owner may do everything, a viewer sees the dashboard. */
export type UserRole = 'owner' | 'viewer';

/** `RoleRule`: whoever has that value in that claim. `anybody`: whomever the provider lets in. */
export type RoleRule = { readonly who: 'anybody' } | { readonly who: 'claim'; readonly claim: string; readonly value: string };

export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: a public client, with PKCE alone. */
  readonly clientSecret?: string;
  readonly owners: readonly RoleRule[];
  readonly viewers: readonly RoleRule[];
}

export type Claims = Readonly<Record<string, unknown>>;

const MAX_RULES = 200;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Reads `BOTTEGA_OIDC_…`; `undefined` where no provider is named. Throws `ConfigError`. */
export function readOidc(given: (name: string) => string | undefined): OidcSettings | undefined {
  const [issuer, clientId, clientSecret] = [given('BOTTEGA_OIDC_ISSUER'), given('BOTTEGA_OIDC_CLIENT_ID'), given('BOTTEGA_OIDC_CLIENT_SECRET')];
  const rest = ['BOTTEGA_OIDC_CLIENT_ID', 'BOTTEGA_OIDC_CLIENT_SECRET', 'BOTTEGA_OIDC_OWNERS', 'BOTTEGA_OIDC_VIEWERS'];
  if (issuer === undefined) {
    const lonely = rest.find((name) => given(name) !== undefined);
    if (lonely !== undefined) throw new ConfigError('BOTTEGA_OIDC_ISSUER', `needed where ${lonely} is set`, '');
    return undefined;
  }
  if (clientId === undefined) throw new ConfigError('BOTTEGA_OIDC_CLIENT_ID', 'needed where BOTTEGA_OIDC_ISSUER is set', '');
  const owners = rulesIn('BOTTEGA_OIDC_OWNERS', given('BOTTEGA_OIDC_OWNERS') ?? '');
  if (owners.some(({ who }) => who === 'anybody')) throw new ConfigError('BOTTEGA_OIDC_OWNERS', 'not everybody: whoever may change flows can run code', '*');
  const viewers = rulesIn('BOTTEGA_OIDC_VIEWERS', given('BOTTEGA_OIDC_VIEWERS') ?? '');
  return { issuer: issuerAt(issuer), clientId, ...(clientSecret === undefined ? {} : { clientSecret }), owners, viewers };
}

/** What somebody is who has these claims; `undefined`: nobody. */
export function roleOf(claims: Claims, { owners, viewers }: Pick<OidcSettings, 'owners' | 'viewers'>): UserRole | undefined {
  if (owners.some((rule) => fits(rule, claims))) return 'owner';
  return viewers.some((rule) => fits(rule, claims)) ? 'viewer' : undefined;
}

/** Changes where the provider or the roles do. */
export function providerMark(oidc: OidcSettings | undefined): string {
  if (oidc === undefined) return '';
  const { issuer, clientId, owners, viewers } = oidc;
  return sha256(JSON.stringify([issuer, clientId, owners, viewers])).toString('base64url');
}

/** Credentials and codes travel to the provider: HTTPS only, but for one on this machine. */
export function isInsecure(issuer: string): boolean {
  return new URL(issuer).protocol === 'http:';
}

function issuerAt(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (!isSafe || url.username !== '' || url.password !== '') throw new ConfigError('BOTTEGA_OIDC_ISSUER', 'an address that begins with https://', '…');
  return text;
}

function rulesIn(name: string, text: string): RoleRule[] {
  const words = text.split(',').map((word) => word.trim()).filter((word) => word !== '');
  if (words.length > MAX_RULES) throw new ConfigError(name, `at most ${String(MAX_RULES)} entries`, String(words.length));
  return words.map((word) => ruleIn(name, word));
}

function ruleIn(name: string, word: string): RoleRule {
  if (word === '*') return { who: 'anybody' };
  const [, claim, value] = /^([\w:/.-]+)=(.+)$/.exec(word) ?? [];
  if (claim !== undefined && value !== undefined) return { who: 'claim', claim, value };
  if (/^[^\s@=]+@[^\s@=]+$/.test(word)) return { who: 'claim', claim: 'email', value: word };
  throw new ConfigError(name, 'e-mail addresses, or claim=value such as groups=shop, with commas between them', word);
}

function fits(rule: RoleRule, claims: Claims): boolean {
  if (rule.who === 'anybody') return true;
  const { claim, value } = rule;
  const said = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  // At many providers anybody may enter any address as his own.
  if (claim === 'email') return typeof said === 'string' && claims['email_verified'] === true && said.toLowerCase() === value.toLowerCase();
  return said === value || (Array.isArray(said) && said.includes(value));
}
