/**
 * `REASONS` says to a shop owner why a message could not be used: the Italian texts of the error table for what was sent. Any other reason is
 * shown as it is.
 */
import { CONTENT } from '../engine/base/errorTable/content.js';
import { LIMITS } from '../engine/base/errorTable/limits.js';

export const REASONS: Readonly<Record<string, string>> = Object.fromEntries(Object.entries({ ...CONTENT, ...LIMITS }).map(([rule, { it: [text] }]) => [rule, text]));
