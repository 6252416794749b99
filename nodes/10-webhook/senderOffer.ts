/**
 * `portTo` is what displays may know of an endpoint, and a trial of it; never a secret.
 */
import { trustOf } from '../../engine/normalize/profile/profile.js';
import type { NodeContext } from '../shared/node.js';
import { ANY_SHOP, type SenderPort } from '../shared/senderPort.js';
import { isOpen, leastOfShort, type WebhookConfig, type WebhookProvider } from './config.js';
import { rootOf } from './selfTest.js';
import type { SenderActivity } from './senderActivity.js';

const SIGNING: readonly WebhookProvider[] = ['shopify', 'hubspot', 'woocommerce', 'pos'];

export function portTo({ RED, node, config }: NodeContext<WebhookConfig>, publicUrl: string, activity: SenderActivity, trial: SenderPort['try']): SenderPort {
  const path = `${rootOf(RED)}${config.path}`;
  const leastBytes = leastOfShort(config);
  return {
    tenant: ANY_SHOP, id: node.id, name: node.name ?? '', provider: config.provider, label: config.profile?.label ?? '', path,
    address: { url: `${publicUrl}${path}`, reach: config.publicUrl === undefined ? 'local' : 'public', ending: isByUrl(config) ? 'secret' : 'none' },
    access: config.pixel !== undefined ? 'anybody' : isOpen(config) ? 'open' : 'closed',
    proof: proofOf(config),
    ...(leastBytes === undefined ? {} : { leastBytes }),
    get seen() { return activity.seen; },
    // Whoever answers there under a wrong address would learn a token.
    try: (way) => (way === 'public' && proofOf(config) !== 'signature' ? Promise.resolve({ outcome: 'foreignKey' }) : trial(way)),
  };
}

/** What has both kinds of secret signs where it has the one for that. */
function isByUrl({ profile, secrets, urlSecrets }: WebhookConfig): boolean {
  return profile?.urlSecret !== undefined && (profile.secret === undefined || (secrets.length === 0 && urlSecrets.length > 0));
}

/** A token, a name and password or the end of a URL is the secret itself. */
function proofOf({ provider, profile, pixel, secrets, urlSecrets }: WebhookConfig): SenderPort['proof'] {
  if (pixel !== undefined) return 'none';
  if (profile === undefined) return SIGNING.includes(provider) ? 'signature' : 'bearer';
  return urlSecrets.length === 0 && secrets.length > 0 && trustOf(profile) === 'signed' ? 'signature' : 'bearer';
}
