/**
 * `OidcLogin` signs people in by an OpenID provider: away under `/auth/oidc`, back under `/auth/oidc/callback`. What has to come back the same is sealed in a
 * cookie of ten minutes, so that nobody who only asks costs memory here, and nobody comes back with what another browser was sent away with.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { MINUTE } from '../../engine/base/time.js';
import type { LoginAttempts } from './attempts.js';
import { cookie, cookieIn, schemeOf } from './cookies.js';
import { isAway, OidcProvider, reasonOf, type SignInTrip, whyAway } from './oidcProvider.js';
import { type Claims, type OidcSettings, roleOf } from '../settings/oidcSettings.js';
import { ownPath, sendOnward, sendSignIn, type SignInOffer, wordsFor } from './pages.js';
import type { SignedIn } from './signedIn.js';
import { seal, unseal } from '../../engine/privacy/seal.js';

export interface OidcTerms {
  readonly oidc: OidcSettings;
  /** Where this product is reached, without a slash at its end. */
  readonly ownUrl: string;
  readonly attempts: LoginAttempts;
  readonly signedIn: SignedIn;
  readonly offer: (to: string) => SignInOffer;
  /** Epoch ms. */
  readonly now: () => number;
}

type OidcRoute = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

interface SealedTrip extends SignInTrip {
  readonly to: string;
  readonly expiresAt: number;
}

const CALLBACK = '/auth/oidc/callback';
const COOKIE = 'bottega-signin';
const TRIP_MS = 10 * MINUTE;
const IV_BYTES = 12;

/** `OidcLogin` of one installation. */
export class OidcLogin {
  readonly #terms: OidcTerms;
  readonly #provider: OidcProvider;
  readonly #key = randomBytes(32);

  constructor(terms: OidcTerms) {
    this.#terms = terms;
    this.#provider = new OidcProvider(terms.oidc, `${terms.ownUrl}${CALLBACK}`);
  }

  routes(): [string, OidcRoute][] {
    return [
      ['GET /auth/oidc', (request, response) => this.#leave(request, response)],
      [`GET ${CALLBACK}`, (request, response) => this.#comeBack(request, response)],
    ];
  }

  async #leave(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const to = ownPath(new URLSearchParams(queryOf(request)).get('to'));
    try {
      const { url, trip } = await this.#provider.begin();
      this.#setTrip(request, response, this.#seal({ ...trip, to, expiresAt: this.#terms.now() + TRIP_MS }), TRIP_MS);
      response.writeHead(303, { Location: url, 'Cache-Control': 'no-store' }).end();
    } catch (error) {
      this.#refuse(request, response, to, error);
    }
  }

  async #comeBack(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const trip = this.#unseal(cookieIn(request, COOKIE) ?? '');
    this.#setTrip(request, response, '', 0);
    const to = trip?.to ?? '/dashboard';
    const waiting = this.#terms.attempts.mustWait(request);
    if (waiting !== undefined) {
      response.setHeader('Retry-After', String(waiting.retryAfterS));
      sendSignIn(request, response, this.#terms.offer(to), { status: 429, text: wordsFor(request).wait(waiting.retryAfterS) });
    } else if (trip === undefined) {
      sendSignIn(request, response, this.#terms.offer(to), { status: 400, text: wordsFor(request).providerRefused });
    } else {
      try {
        this.#admit(request, response, to, await this.#provider.claimsOf(queryOf(request), trip));
      } catch (error) {
        this.#refuse(request, response, to, error);
      }
    }
  }

  #admit(request: IncomingMessage, response: ServerResponse, to: string, claims: Claims): void {
    const { attempts, signedIn, oidc, offer } = this.#terms;
    const role = roleOf(claims, oidc);
    if (role === undefined) {
      attempts.fail(request, 'OpenID Connect', String(claims['sub']), 'no role for that account');
      const who = String(claims['email'] ?? claims['sub']).slice(0, 200);
      sendSignIn(request, response, offer(to), { status: 403, text: wordsFor(request).noRole(who) });
      return;
    }
    signedIn.begin(request, response, role, 'provider');
    sendOnward(request, response, to);
  }

  #refuse(request: IncomingMessage, response: ServerResponse, to: string, error: unknown): void {
    const words = wordsFor(request);
    const away = isAway(error);
    this.#terms.attempts.fail(request, 'OpenID Connect', away ? 'away' : queryOf(request), away ? whyAway(error) : reasonOf(error));
    if (away) response.setHeader('Retry-After', '5');
    sendSignIn(request, response, this.#terms.offer(to), away ? { status: 503, text: words.providerAway } : { status: 403, text: words.providerRefused });
  }

  /** `Lax`: the way back begins at the provider's page. */
  #setTrip(request: IncomingMessage, response: ServerResponse, value: string, maxAgeMs: number): void {
    const scheme = schemeOf(request, this.#terms.ownUrl);
    response.appendHeader('Set-Cookie', cookie({ name: COOKIE, value, path: '/auth/oidc', reach: 'Lax', maxAgeMs }, scheme));
  }

  #seal(trip: SealedTrip): string {
    return seal(Buffer.from(JSON.stringify(trip)), this.#key, randomBytes(IV_BYTES));
  }

  #unseal(sealed: string): SealedTrip | undefined {
    const opened = unseal(sealed, this.#key);
    if (opened.outcome === 'refused') return undefined;
    const trip = JSON.parse(opened.plain.toString('utf8')) as SealedTrip;
    return trip.expiresAt > this.#terms.now() ? trip : undefined;
  }
}

function queryOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?').slice(1).join('?');
}
