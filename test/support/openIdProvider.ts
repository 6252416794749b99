/** How do tests sign in by OpenID Connect? With a real provider (`oidc-provider`) in this process; its own pages ask for a name and a consent. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { freePort } from './ports.js';
import type { Visit, Visitor } from './visitor.js';

export const CLIENT = { id: 'bottega', secret: 'a-secret-of-the-client-and-the-provider' };

/** `OpenIdProvider` on a port of this machine. */
export interface OpenIdProvider {
  readonly issuer: string;
  stop(): void;
}

/** What the provider says of whoever types that name. */
export type Accounts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export async function startOpenIdProvider(redirectUrl: string, accounts: Accounts): Promise<OpenIdProvider> {
  const { default: Provider } = await import('oidc-provider');
  const port = await freePort();
  // Another site than 127.0.0.1, as a provider is: strict cookies do not come along from there.
  const issuer = `http://localhost:${String(port)}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUrl], grant_types: ['authorization_code'], response_types: ['code'] }],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['groups'] },
    cookies: { keys: ['of-this-test'] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
  });
  const server: Server = createServer((request, response) => { void provider.callback()(request, response); });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { issuer, stop: () => { server.close().closeAllConnections(); } };
}

/** Follows the provider's pages as `name` does, up to the product's callback, which is not asked yet: its URL is the answer. */
export async function signInAt(visitor: Visitor, left: Visit, name: string): Promise<string> {
  let target = String(left.headers['location']);
  for (let steps = 0; steps < 12; steps++) {
    if (target.includes('/auth/oidc/callback')) return target;
    const page = await visitor.visit(target);
    const next = page.headers['location'] ?? await submit(visitor, page, target, name);
    target = new URL(String(next), target).href;
  }
  throw new Error(`the provider does not send back: ${target}`);
}

async function submit(visitor: Visitor, page: Visit, target: string, name: string): Promise<string> {
  const action = /<form[^>]* action="([^"]+)"/.exec(page.text)?.[1];
  const prompt = /name="prompt" value="(\w+)"/.exec(page.text)?.[1];
  if (action === undefined || prompt === undefined) throw new Error(`no form of the provider: ${String(page.status)} ${page.text.slice(0, 300)}`);
  const { headers } = await visitor.visit(new URL(action, target).href, { form: { prompt, login: name, password: 'any' } });
  return String(headers['location']);
}
