#!/usr/bin/env node
/**
 * `bottega-store stores`: lists the stores that a running shop counts, and puts names right that should not have been stores.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { storesPath } from '../engine/aggregate/storeNames.js';
import { messageOf } from '../engine/base/errors.js';
import { parseStoreArguments, type StoreArguments } from './storeArguments.js';
import { StoreReporter, type StoreListing } from './storeReport.js';

const print = (text: string): void => { process.stdout.write(`${text}\n`); };
const complain = (text: string): void => { process.stderr.write(`${text}\n`); };

main(process.argv.slice(2)).then((code) => { process.exitCode = code; }, (error: unknown) => {
  complain(messageOf(error));
  process.exitCode = 2;
});

async function main(typed: readonly string[]): Promise<0 | 1 | 2> {
  const parsed = parseStoreArguments(typed, process.env);
  const reporter = new StoreReporter(parsed.language);
  if (parsed.outcome === 'problem') {
    complain(reporter.problem(parsed.problem, parsed.at));
    return 2;
  }
  if (parsed.given.action === 'help') {
    print(reporter.usage());
    return 0;
  }
  const given = process.env['BOTTEGA_API_TOKEN']?.trim() ?? '';
  const token = given === '' ? keptToken(parsed.given.data) : given;
  if (token === undefined) {
    complain(reporter.problem('token', parsed.given.data));
    return 2;
  }
  return act(parsed.given, token, reporter);
}

/** What `npm start` made and keeps; `undefined` where there is none. */
function keptToken(data: string): string | undefined {
  try {
    const secrets = JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8')) as { BOTTEGA_API_TOKEN?: unknown };
    return typeof secrets.BOTTEGA_API_TOKEN === 'string' ? secrets.BOTTEGA_API_TOKEN : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function act(given: StoreArguments, token: string, reporter: StoreReporter): Promise<0 | 1 | 2> {
  const address = given.url + storesPath(given.shop);
  const listed = await ask(address, token);
  if (listed.status !== 200) return failed(listed, address, reporter);
  const listing = listed.body as StoreListing;
  if (given.action === 'list') {
    print(reporter.listing(listing));
    return 0;
  }
  const undeclared = listing.stores.filter(({ state }) => state === 'counted').map(({ store }) => store);
  const stores = given.which === 'undeclared' ? undeclared.filter((store) => store !== given.into) : given.stores;
  if (stores.length === 0) {
    print(reporter.changed(0));
    return 0;
  }
  const asked = { action: given.action, stores, ...(given.into === undefined ? {} : { into: given.into }) };
  const changed = await ask(address, token, asked);
  if (changed.status !== 200) return failed(changed, address, reporter);
  print(reporter.changed((changed.body as { changed: number }).changed));
  return 0;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

async function ask(address: string, token: string, body?: object): Promise<Reply> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  try {
    const response = await fetch(address, { headers, ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }) });
    return { status: response.status, body: await response.json().catch(() => undefined) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { status: 0, body: undefined };
  }
}

function failed({ status, body }: Reply, address: string, reporter: StoreReporter): 1 | 2 {
  const { errors } = (body ?? {}) as { errors?: readonly { readonly message: string }[] };
  if (errors !== undefined && errors.length > 0 && status !== 401) for (const { message } of errors) complain(message);
  else complain(reporter.problem(status === 401 ? 'refused' : 'unreachable', address));
  return status === 422 ? 1 : 2;
}
