/**
 * `PROFILES` are the senders that are data: add a file to `profiles/`, its name and its import here, and its vectors to `test/fixtures/senders/`.
 */
import type { SenderProfile } from './profile.js';
import cassaincloud from './profiles/cassaincloud.json';
import fattureincloud from './profiles/fattureincloud.json';
import lightspeed from './profiles/lightspeed.json';
import loyverse from './profiles/loyverse.json';
import prestashop from './profiles/prestashop.json';
import square from './profiles/square.json';
import sumup from './profiles/sumup.json';
import tilby from './profiles/tilby.json';
import tillBasic from './profiles/till-basic.json';
import tillHmac from './profiles/till-hmac.json';
import zettle from './profiles/zettle.json';
import zon from './profiles/zon.json';

/** `PROFILE_NAMES` in the order of forms and documents. */
export const PROFILE_NAMES = [
  'square', 'zettle', 'sumup', 'loyverse', 'lightspeed', 'tilby', 'cassaincloud', 'fattureincloud', 'prestashop', 'zon', 'till-hmac', 'till-basic',
] as const;
/** `ProfileName` is one of them. */
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** `isProfile`: whether a provider is data. */
export function isProfile(provider: string): provider is ProfileName {
  return BY_NAME.has(provider);
}

/** Of the form that the schema says: the suite checks each. */
export const PROFILES = {
  square, zettle, sumup, loyverse, lightspeed, tilby, cassaincloud, fattureincloud, prestashop, zon, 'till-hmac': tillHmac, 'till-basic': tillBasic,
} as unknown as Readonly<Record<ProfileName, SenderProfile>>;

/** `PROFILE_VARIABLES` of the environment that hold their secrets. */
export const PROFILE_VARIABLES: readonly string[] = PROFILE_NAMES.flatMap((name) => {
  const { secret, urlSecret } = PROFILES[name];
  return [secret?.variable, urlSecret?.variable].filter((variable) => variable !== undefined);
});

const BY_NAME: ReadonlyMap<string, SenderProfile> = new Map(Object.entries(PROFILES));

/** `profileOf` a provider, `undefined` where that is none of them. */
export function profileOf(provider: string): SenderProfile | undefined {
  return BY_NAME.get(provider);
}
