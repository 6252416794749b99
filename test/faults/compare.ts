/** Does every cell of `/kpi` equal the ledger? All windows, each store and channel and all of them; what was given up may be in or not. */
import { DAY, formatInstant, HOUR, MINUTE } from '../../engine/base/time.js';
import { request } from '../support/http.js';
import { type Cell, cellsOf, type Ledger, type Shape } from '../support/ledger.js';
import { COUNTED } from '../support/trade.js';

export interface Recorded {
  readonly ledger: Ledger;
  readonly perhaps: Ledger;
}

export interface Asked {
  readonly url: string;
  readonly token: string;
  readonly from: number;
  readonly to: number;
  /** What the shop's zone is ahead of UTC. */
  readonly offsetMs: number;
}

export interface Difference {
  readonly cell: string;
  readonly expected: string;
  readonly found: number;
}

export interface Comparison {
  readonly cells: number;
  readonly differences: readonly Difference[];
}

const WINDOWS = { '5m': 5 * MINUTE, '15m': 15 * MINUTE, '1h': HOUR, '1d': DAY } as const;
const GROUPS = [['each', 'each'], ['each', 'all'], ['all', 'each'], ['all', 'all']] as const;
const NAMES = [...COUNTED, 'gross_revenue', 'average_ticket'];

export async function compare(recorded: Recorded, asked: Asked): Promise<Comparison> {
  const differences: Difference[] = [];
  let cells = 0;
  for (const [size, length] of Object.entries(WINDOWS)) {
    for (const [store, channel] of GROUPS) {
      const windowOf = (at: number): number => Math.floor((at + asked.offsetMs) / length) * length - asked.offsetMs;
      const expected = expectedOf(recorded, { windowOf, store, channel });
      const found = new Map(cellsOf(await rowsOf(asked, size, store, channel), NAMES));
      for (const name of new Set([...expected.keys(), ...found.keys()])) {
        cells += 1;
        const { least, most } = expected.get(name) ?? { least: 0, most: 0 };
        const value = found.get(name) ?? 0;
        if (value >= least && value <= most) continue;
        differences.push({ cell: `${size} ${readable(name)}`, expected: least === most ? String(least) : `${String(least)} to ${String(most)}`, found: value });
      }
    }
  }
  return { cells, differences };
}

interface Range {
  readonly least: number;
  readonly most: number;
}

/** The recorded cells, and what follows from them. */
function expectedOf({ ledger, perhaps }: Recorded, shape: Shape): Map<Cell, Range> {
  const extra = new Map(perhaps.cells(shape));
  const ranges = new Map<Cell, Range>(ledger.cells(shape).map(([cell, least]) => [cell, { least, most: least }]));
  for (const [cell, amount] of extra) {
    const least = ranges.get(cell)?.least ?? 0;
    ranges.set(cell, { least, most: least + amount });
  }
  for (const [cell, { least, most }] of [...ranges]) {
    const group = /^orders (.*)$/.exec(cell)?.[1];
    if (group === undefined) continue;
    const [revenue, refunds] = [ranges.get(`revenue ${group}`) ?? NONE, ranges.get(`refunds ${group}`) ?? NONE];
    const gross = { least: revenue.least + refunds.least, most: revenue.most + refunds.most };
    ranges.set(`gross_revenue ${group}`, gross);
    // The average of an unknown number is anything.
    ranges.set(`average_ticket ${group}`, least === most ? averageOf(gross.least, least) : { least: -Infinity, most: Infinity });
  }
  return ranges;
}

const NONE: Range = { least: 0, most: 0 };

function averageOf(cents: number, orders: number): Range {
  const average = Math.round(cents / orders);
  return { least: average, most: average };
}

async function rowsOf({ url, token, from, to }: Asked, size: string, store: string, channel: string): Promise<Parameters<typeof cellsOf>[0]> {
  const group = [...(store === 'each' ? ['store'] : []), ...(channel === 'each' ? ['channel'] : [])].join();
  const query = `window=${size}&group=${group}&from=${formatInstant(from)}&to=${formatInstant(to)}`;
  const { status, json, text } = await request(`${url}/kpi?${query}`, { headers: { authorization: `Bearer ${token}` } });
  if (status !== 200) throw new Error(`/kpi answered ${String(status)} ${text.slice(0, 200)}`);
  return json.rows;
}

function readable(cell: Cell): string {
  const [kpi = '', start = '', ...group] = cell.split(' ');
  return [kpi, formatInstant(Number(start)), ...group].join(' ');
}
