/** How do tests see what people see? A headless Chromium that notes what a page should never do: ask another host, or report an error. */
import { type Browser, chromium, type Page } from 'playwright-core';
import { PATIENCE_MS, until } from './waiting.js';

const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** A page and the complaints about it. */
export interface Watched {
  readonly page: Page;
  /** Errors of its console and its scripts, and requests to another host. */
  readonly complaints: readonly string[];
}

/** `CHROMIUM` names another binary. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ARGUMENTS });
}

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** Opens a page of the dashboard as an Italian viewer of their own (no storage shared with others), and waits for its tabs, and for its first number. */
export async function openDashboard(browser: Browser, url: string, size = DESKTOP, name = 'oggi', colorScheme: 'light' | 'dark' = 'light'): Promise<Watched> {
  const page = await browser.newPage({ viewport: size, colorScheme, acceptDownloads: true, locale: 'it-IT' });
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  page.on('pageerror', (error) => { complaints.push(error.message); });
  page.on('request', (request) => {
    if (/^(https?|wss?):/.test(request.url()) && new URL(request.url()).host !== new URL(url).host) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(`${url}/dashboard/${name}`);
  await page.waitForSelector('.bw-header nav a');
  if (name === 'oggi') await page.waitForSelector('[data-kpi]:not([data-state="loading"])');
  return { page, complaints };
}

/** The raw number where a KPI is shown first: '' while unknown. */
export function shownValue(page: Page, kpi: string): Promise<string> {
  return page.locator(`[data-kpi="${kpi}"]`).first().getAttribute('data-value').then((value) => value ?? 'no attribute');
}

/** Waits for that number; answers the last one seen. */
export function valueBecomes(page: Page, kpi: string, value: string, withinMs?: number): Promise<string> {
  return until(() => shownValue(page, kpi), (shown) => shown === value, withinMs);
}
