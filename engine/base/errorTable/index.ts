/**
 * `ERROR_TABLE` is the one table of all faults, refusals and reasons. docs/errors.md is made from it (`npm run errors`), and so are the Italian
 * reasons of the dashboard.
 */
import { CONTENT, QUESTIONS } from './content.js';
import { LIMITS } from './limits.js';
import { FAULTS, PROOFS, REQUESTS } from './faults.js';
import { FLAGS, IGNORED, OUTPUTS } from './outputs.js';

export const ERROR_TABLE = {
  faults: FAULTS, requests: REQUESTS, proofs: PROOFS, content: { ...CONTENT, ...LIMITS }, questions: QUESTIONS,
  outputs: OUTPUTS, ignored: IGNORED, flags: FLAGS,
} as const;

/** Codes that code may throw; each one makes the sender try again. */
export type FaultCode = keyof typeof FAULTS;

/** Rules that a request, a proof, what was sent or a question may break. */
export type RefusalRule = keyof typeof REQUESTS | keyof typeof PROOFS | keyof typeof CONTENT | keyof typeof LIMITS | keyof typeof QUESTIONS;

/** Values of `msg.reason` at a second output. */
export type OutputReason = keyof typeof OUTPUTS | RefusalRule;

/** Why an element makes no event although nothing is wrong with it. */
export type IgnoredReason = keyof typeof IGNORED;

/** Doubts about an event that counts. */
export type QualityFlag = keyof typeof FLAGS;
