/**
 * `securityHeaders` are what every answer carries, so that a browser takes it for what it is, shows it in nobody's frame and says nothing of it to others.
 */
import type { FrameAncestors } from './settings/frameAncestors.js';

/**
 * Scripts and styles stand in the pages of the editor and of Dashboard 2 themselves, and both compile templates in the browser: neither runs without
 * `unsafe-inline` and `unsafe-eval`. Nothing comes from elsewhere but the palette manager's list of nodes.
 */
const PAGE = [
  "default-src 'self'", "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:", "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:",
  "font-src 'self' data:", "worker-src 'self' blob:", "connect-src 'self' ws: wss: https://catalogue.nodered.org", "object-src 'none'", "base-uri 'self'",
  "form-action 'self'",
];

/** What a program reads is no page at all. */
const ANSWER = ["default-src 'none'"];

/** `securityHeaders` by name: of a page of the editor or the dashboard, or of an answer to a program. */
export function securityHeaders(kind: 'page' | 'answer', ancestors: FrameAncestors): Readonly<Record<string, string>> {
  const policy = [...kind === 'page' ? PAGE : ANSWER, `frame-ancestors ${ancestors === 'none' ? "'none'" : ancestors.join(' ')}`];
  return { 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'same-origin', 'Content-Security-Policy': policy.join('; ') };
}
