/**
 * `Visitor` is who sent a beacon: is it a person's browser that shows the page?
 */
import type { Signed } from '../verdict.js';

/** What programs that read pages call themselves. */
const MACHINES = /bot\b|bot[/;-]|crawl|spider|slurp|headless|lighthouse|facebookexternalhit|whatsapp\/|embedly|preview|monitor|pingdom|uptime|scrapy|phantomjs/i;
const AHEAD = /prefetch|prerender|preview/i;

/** `Visitor`: `machine` is a program that says so itself, `ahead` a browser that fetches a page nobody has opened yet. */
export type Visitor = 'person' | 'machine' | 'ahead';

/** `visitorOf` judges by what browsers and programs say of themselves. */
export function visitorOf(headers: Signed['headers']): Visitor {
  const purposes = [headers['sec-purpose'], headers['purpose'], headers['x-purpose'], headers['x-moz']];
  if (purposes.some((purpose) => purpose !== undefined && AHEAD.test(purpose))) return 'ahead';
  return MACHINES.test(headers['user-agent'] ?? '') ? 'machine' : 'person';
}
