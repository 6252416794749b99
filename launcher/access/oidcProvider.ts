/**
 * `OidcProvider` asks an OpenID provider who somebody is: authorization code with PKCE, state and nonce; its keys, endpoints and tokens are checked by
 * `openid-client`. What it says of itself is asked when somebody first signs in, and again where that failed: a provider that is away keeps nothing from
 * starting.
 */
import * as client from 'openid-client';
import { isOldTls, OLD_TLS } from '../../engine/base/tls.js';
import { secureFetch } from '../../nodes/shared/http/secureFetch.js';
import { type Claims, isInsecure, type OidcSettings } from '../settings/oidcSettings.js';

/** `SignInTrip` is what has to come back with whoever was sent to the provider. */
export interface SignInTrip {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** HTTP without TLS, for a provider on this machine. */
// eslint-disable-next-line @typescript-eslint/no-deprecated -- so marked only to make it stand out
const ALLOW_PLAIN: (configuration: client.Configuration) => void = client.allowInsecureRequests;

const TIMEOUT_S = 5;
const SCOPE = 'openid email profile';

/** Keys, tokens and claims are small; it follows no redirect. */
const dialed: client.CustomFetch = (url, options) => secureFetch(url, options);

/** `OidcProvider` of one installation. `redirectUrl` is where the provider sends people back. */
export class OidcProvider {
  readonly #settings: OidcSettings;
  readonly #redirectUrl: string;
  #discovered: Promise<client.Configuration> | undefined;

  constructor(settings: OidcSettings, redirectUrl: string) {
    this.#settings = settings;
    this.#redirectUrl = redirectUrl;
  }

  /** Where to send somebody. */
  async begin(): Promise<{ readonly url: string; readonly trip: SignInTrip }> {
    const configuration = await this.#configuration();
    const trip = { state: client.randomState(), nonce: client.randomNonce(), verifier: client.randomPKCECodeVerifier() };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#redirectUrl, scope: SCOPE, state: trip.state, nonce: trip.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(trip.verifier), code_challenge_method: 'S256',
    });
    return { url: url.href, trip };
  }

  /** What the provider says of whoever came back with this query. `isAway` says which of the errors are the provider's silence. */
  async claimsOf(query: string, { state, nonce, verifier }: SignInTrip): Promise<Claims> {
    const configuration = await this.#configuration();
    const url = new URL(`${this.#redirectUrl}?${query}`);
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
    const tokens = await client.authorizationCodeGrant(configuration, url, checks);
    const claims = tokens.claims();
    if (claims === undefined) throw new Error('no ID token');
    // Many providers keep address and groups for this question.
    const hasMore = configuration.serverMetadata().userinfo_endpoint !== undefined;
    return { ...(hasMore ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub) : {}), ...claims };
  }

  #configuration(): Promise<client.Configuration> {
    this.#discovered ??= this.#discover().catch((error: unknown) => {
      this.#discovered = undefined;
      throw error;
    });
    return this.#discovered;
  }

  async #discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings;
    const allowed = isInsecure(issuer) ? [ALLOW_PLAIN] : [];
    const asking = { execute: allowed, timeout: TIMEOUT_S, [client.customFetch]: dialed };
    const found = await client.discovery(new URL(issuer), clientId, undefined, client.None(), asking);
    const server = found.serverMetadata();
    const configuration = new client.Configuration(server, clientId, undefined, proofOf(clientSecret, server.token_endpoint_auth_methods_supported));
    configuration.timeout = TIMEOUT_S;
    configuration[client.customFetch] = dialed;
    for (const allow of allowed) allow(configuration);
    // The ID token's signature, too, though it comes over the connection that was asked for.
    client.enableNonRepudiationChecks(configuration);
    return configuration;
  }
}

/** Whether the provider did not answer, or not as one: whoever came may try again. Everything else it refused, or we did. */
export function isAway(error: unknown): boolean {
  if (error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError) return false;
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return error instanceof TypeError || name === 'TimeoutError' || (typeof code === 'string' && /^OAUTH_(TIMEOUT|RESPONSE_IS_NOT_CONFORM)$/.test(code));
}

/** For the log. */
export function whyAway(error: unknown): string {
  return isOldTls(error) ? OLD_TLS : 'the provider does not answer';
}

/** The code of an error that nothing of the person is in. */
export function reasonOf(error: unknown): string {
  const { error: answered, code } = error as { readonly error?: unknown; readonly code?: unknown };
  const reason = typeof answered === 'string' ? answered : typeof code === 'string' ? code : 'not as it was sent';
  return reason.replace(/[^\w .-]/g, '').slice(0, 60);
}

function proofOf(secret: string | undefined, methods: readonly string[] = ['client_secret_basic']): client.ClientAuth {
  if (secret === undefined) return client.None();
  return methods.includes('client_secret_basic') ? client.ClientSecretBasic(secret) : client.ClientSecretPost(secret);
}
