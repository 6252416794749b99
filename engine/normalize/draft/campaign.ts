/**
 * `campaignOf` finds the campaign that brought a customer: the `utm_` parameters of the landing page, else the site that linked to the shop.
 */
import { cleanName } from '../../base/name.js';
import type { Campaign } from '../../event/event.js';

const SOCIAL_HOSTS: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)(instagram\.com|ig\.me)$/, 'instagram'],
  [/(^|\.)(facebook\.com|fb\.com|fb\.me|messenger\.com)$/, 'facebook'],
  [/(^|\.)tiktok\.com$/, 'tiktok'],
  [/(^|\.)(pinterest\.\w{2,3}|pin\.it)$/, 'pinterest'],
  [/(^|\.)(linkedin\.com|lnkd\.in)$/, 'linkedin'],
  [/(^|\.)(youtube\.com|youtu\.be)$/, 'youtube'],
  [/(^|\.)threads\.(net|com)$/, 'threads'],
  [/^(t\.co|(.+\.)?(twitter|x)\.com)$/, 'twitter'],
  [/(^|\.)(whatsapp\.com|wa\.me)$/, 'whatsapp'],
  [/^(t\.me|(.+\.)?telegram\.(org|me))$/, 'telegram'],
];
const MAX_LENGTH = 100;

/** `campaignOf`: from a landing page (may be a path) and a referring page; links inside the shop's own site bring nobody. */
export function campaignOf(landing: string | undefined, referrer: string | undefined, ownHost: string): Campaign | undefined {
  const query = urlOf(landing)?.searchParams;
  return campaignFrom(query?.get('utm_source'), query?.get('utm_medium'), query?.get('utm_campaign')) ?? referralOf(referrer, ownHost);
}

/** `campaignFrom` the three parameters as they were sent; a value that could name a person is left out. */
export function campaignFrom(source: string | null | undefined, medium: string | null | undefined, name: string | null | undefined): Campaign | undefined {
  const [cleanSource, cleanMedium, cleanName] = [clean(source)?.toLowerCase(), clean(medium)?.toLowerCase(), clean(name)];
  if (cleanSource === undefined && cleanMedium === undefined && cleanName === undefined) return undefined;
  return {
    ...(cleanSource !== undefined && { source: cleanSource }),
    ...(cleanMedium !== undefined && { medium: cleanMedium }),
    ...(cleanName !== undefined && { name: cleanName }),
  };
}

/** `referralOf` the page that linked to the shop: a social network by its name, any other site by its host. */
export function referralOf(referrer: string | undefined, ownHost: string): Campaign | undefined {
  const host = urlOf(referrer)?.hostname.replace(/^www\./, '') ?? '';
  if (!host.includes('.') || host === ownHost || host.endsWith('.invalid')) return undefined;
  const network = SOCIAL_HOSTS.find(([pattern]) => pattern.test(host))?.[1];
  return network === undefined ? campaignFrom(host, 'referral', undefined) : { source: network, medium: 'social' };
}

function urlOf(text: string | undefined): URL | undefined {
  const base = 'https://own.invalid';
  return text !== undefined && URL.canParse(text, base) ? new URL(text, base) : undefined;
}

function clean(text: string | null | undefined): string | undefined {
  const trimmed = cleanName(text?.replaceAll(/\p{Cc}/gu, ' ') ?? '');
  const mayBePerson = trimmed.includes('@') || /^\+\d/.test(trimmed);
  return trimmed === '' || trimmed.length > MAX_LENGTH || mayBePerson ? undefined : trimmed;
}
