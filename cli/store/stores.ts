/**
 * `bottega-store stores`: lists the stores that a running shop counts, and puts names right that should not have been stores.
 */
import { storesPath } from '../../engine/aggregate/storeNames.js';
import { complain, type ExitCode, print, runner } from '../frame/command.js';
import { askShop, type ShopReply, tokenOf } from './runningShop.js';
import { parseStoresArguments, type StoresArguments } from './storesArguments.js';
import { type StoreListing, StoresReporter } from './storesReport.js';

export const stores = runner({ parse: parseStoresArguments, reporter: (language) => new StoresReporter(language), act });

async function act(given: StoresArguments, reporter: StoresReporter): Promise<ExitCode> {
  const token = tokenOf(given.running.data);
  if (token === undefined) {
    complain(reporter.problem('token', given.running.data));
    return 2;
  }
  const address = given.running.url + storesPath(given.shop);
  const listed = await askShop(address, token);
  if (listed.status !== 200) return failed(listed, address, reporter);
  const listing = listed.body as StoreListing;
  if (given.action === 'list') {
    print(reporter.listing(listing));
    return 0;
  }
  const chosen = chosenOf(given, listing);
  if (chosen.length === 0) {
    print(reporter.changed(0));
    return 0;
  }
  const asked = { action: given.action, stores: chosen, ...(given.into === undefined ? {} : { into: given.into }) };
  const changed = await askShop(address, token, asked);
  if (changed.status !== 200) return failed(changed, address, reporter);
  print(reporter.changed((changed.body as { changed: number }).changed));
  return 0;
}

function chosenOf(given: StoresArguments, listing: StoreListing): readonly string[] {
  if (given.which === 'named') return given.stores;
  return listing.stores.filter(({ store, state }) => state === 'counted' && store !== given.into).map(({ store }) => store);
}

function failed({ status, body }: ShopReply, address: string, reporter: StoresReporter): ExitCode {
  const { errors } = (body ?? {}) as { errors?: readonly { readonly message: string }[] };
  if (errors !== undefined && errors.length > 0 && status !== 401) for (const { message } of errors) complain(message);
  else complain(reporter.problem(status === 401 ? 'refused' : 'unreachable', address));
  return status === 422 ? 1 : 2;
}
