/**
 * `SenderProfile` is a sender as data: how it proves who it is, where its messages have what, and what its words mean. A file of JSON each, whose schema is
 * profile.schema.json.
 */
import type { SaleStatus } from '../../event/event.js';
import type { SecretScheme } from '../../verify/secretStrength.js';
import type { SenderProof } from '../../verify/senderProof.js';
import type { Trust } from '../../verify/verdict.js';
import type { Mapped } from '../mapping/fieldMapping.js';

/** `ProfileSecret`: the environment variable that holds it, and who makes it up: a secret that the shop chooses can be generated. */
export interface ProfileSecret {
  readonly variable: string;
  readonly scheme: SecretScheme | 'publicKey';
  readonly chosenBy: 'sender' | 'shop';
}

/** `ProfilePlace` is a header, or a field of the body; the header counts where both are there. */
export interface ProfilePlace {
  readonly header?: string;
  readonly field?: string;
}

/** `ProfileMapping` is a till's mapping (see mapping/fieldMapping.ts) as JSON. Receipts of a profile are known by its subjects, never by number and minute. */
export interface ProfileMapping {
  readonly paths: Readonly<Partial<Record<Mapped, string>>>;
  readonly numbers?: string;
  readonly minorUnits?: string;
  readonly dates?: string;
  readonly dateKind?: string;
  readonly zone?: string;
  readonly statuses?: Readonly<Record<string, SaleStatus>>;
  readonly payments?: Readonly<Record<string, string>>;
  readonly kinds?: string;
}

/**
 * `ProfileKind` is what some topics (small letters) say. `at`: the path of the things in the body; `subject` and `refersTo` are texts with paths of the thing
 * in braces, `{}` the thing itself; `sums`: fields that are added up under a new name, `total` or, in each element of a list, `list[].total`. A `thin` one
 * names a thing and nothing else of it.
 */
export type ProfileKind = {
  readonly topics: readonly string[];
  readonly at?: string;
  readonly subject: string;
} & (
  | { readonly type: 'sale' | 'refund' | 'payment'; readonly thin: 'open' | 'cancelled' }
  | MappedKind
);

/** `MappedKind`: things that are said in full. `voidedBy`: a field that is filled once the thing is taken back. */
export interface MappedKind {
  readonly type: 'sale' | 'refund';
  readonly thin?: undefined;
  readonly refersTo?: string;
  readonly status?: SaleStatus;
  readonly voidedBy?: string;
  readonly sums?: Readonly<Record<string, readonly string[]>>;
  readonly mapping: ProfileMapping;
  readonly shipping?: string;
}

interface ProfileBase {
  readonly name: string;
  readonly label: string;
  readonly secret?: ProfileSecret;
  /** For who cannot sign: the end of the URL is the proof, and nothing of it counts until it is fetched. */
  readonly urlSecret?: { readonly variable: string };
  readonly proof?: SenderProof;
  /** A message that is sent unsigned when a subscription is made; it wants a 200 and means nothing. */
  readonly greeting?: { readonly field: string; readonly is: string };
  /** A GET whose header is to be answered with its own text. */
  readonly challenge?: { readonly header: string; readonly answer: string };
}

/** `TillProfile`: a till whose receipts are mapped in the form of the normalize node. */
export interface TillProfile extends ProfileBase {
  readonly receipts: 'mapped';
}

/** `PlatformProfile`: `body` is JSON unless it is a form, one field of which is JSON; `text`: a field that is text and JSON again. */
export interface PlatformProfile extends ProfileBase {
  readonly receipts?: undefined;
  readonly body?: { readonly form?: string; readonly text?: string };
  readonly topic: { readonly header?: string; readonly fields?: readonly string[] };
  readonly source: ProfilePlace;
  readonly version?: ProfilePlace;
  readonly channel: string;
  readonly kinds: readonly ProfileKind[];
  /** For the form, and for whoever reads the profile; its times are `{now}` (see profileSample.ts), what is wrapped stands in it unwrapped. */
  readonly example: { readonly topic?: string; readonly body: object };
}

export type SenderProfile = TillProfile | PlatformProfile;

/** `trustOf` a sender by its usual proof: who has a secret URL, too, is not believed by that. */
export function trustOf({ proof }: Pick<SenderProfile, 'proof'>): Trust {
  if (proof === undefined) return 'untrusted';
  return proof.family === 'hmac' ? 'signed' : 'token';
}
