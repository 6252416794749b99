/** A page of our widgets beside a template: its dashboard, shop, store and broker, and what a shop sold on former days. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { DESKTOP } from './browser.js';
import { event } from './shop.js';
import { ROOT } from './package.js';
import { PATIENCE_MS } from './waiting.js';

type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

/** `[type without its prefix, fields of its form]`, each in a group of so many columns. */
export type WidgetOnPage = readonly [type: string, columns: number, fields: Readonly<Record<string, unknown>>];

/** The flow of a template with one more page, `/dashboard/prova`; each widget has the id `w0`, `w1` … */
export function flowWithWidgets(template: string, widgets: readonly WidgetOnPage[]): FlowNode[] {
  const flow = JSON.parse(readFileSync(join(ROOT, 'flows', `${template}.json`), 'utf8')) as FlowNode[];
  const first = (type: string): FlowNode => {
    const found = flow.find((node) => node.type === type);
    if (found === undefined) throw new Error(`${template} has no ${type}`);
    return found;
  };
  const page = { ...first('ui-page'), id: 'prova-page', name: 'Prova', path: '/prova', order: 9 };
  const groups = widgets.map(([, width], index) => ({ ...first('ui-group'), id: `g${String(index)}`, page: page.id, name: `Gruppo ${String(index)}`, width, order: index + 1 }));
  const places = { shop: first('bottega-shop').id, store: first('bottega-store').id, broker: first('bottega-broker').id };
  const nodes = widgets.map(([type, width, fields], index) => ({
    id: `w${String(index)}`, type: `ui-bottega-${type}`, z: first('tab').id, x: 100, y: 2_000, wires: [], version: 1, name: '', order: 1, width, height: 0,
    group: `g${String(index)}`, ...places, kpi: 'revenue', ...fields,
  }));
  return [...flow, page, ...groups, ...nodes];
}

/** A data directory in which that flow stands already. */
export function layOut(directory: string, flow: readonly FlowNode[]): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'flows.json'), JSON.stringify(flow));
}

const HOUR_S = 3_600;
const WEEK_S = 7 * 24 * HOUR_S;

/** In each hour of the same day of the last four weeks one sale of that amount. */
export function formerWeeks(amount: string): object[] {
  const weeks = [1, 2, 3, 4];
  return weeks.flatMap((week) => Array.from({ length: 47 }, (_, index) => {
    const secondsAgo = week * WEEK_S + (index - 23) * HOUR_S;
    return event(`former-${String(week)}-${String(index)}`, 'sale', { amount, payment: 'card' }, secondsAgo);
  }));
}

/** What a viewer sees of the page, and the complaints about it. */
export interface WidgetViewer {
  readonly page: Page;
  readonly complaints: readonly string[];
}

export async function openWidgets(browser: Browser, url: string, options: { size?: typeof DESKTOP; dark?: boolean; locale?: string; query?: string } = {}): Promise<WidgetViewer> {
  const { size = DESKTOP, dark = false, locale = 'it-IT', query = '' } = options;
  const page = await browser.newPage({ viewport: size, colorScheme: dark ? 'dark' : 'light', locale });
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  page.on('pageerror', (error) => { complaints.push(error.message); });
  page.on('request', (request) => {
    if (/^(https?|wss?):/.test(request.url()) && new URL(request.url()).host !== new URL(url).host) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(`${url}/dashboard/prova${query}`);
  await page.waitForSelector('[data-kpi]');
  return { page, complaints };
}
