/**
 * `ErrorRow` is one line of the table of all faults, refusals and reasons.
 */

/** `status`: what HTTP answers with it. Each language says what it is, and what to do about it. */
export interface ErrorRow {
  readonly status?: readonly number[];
  readonly en: readonly [text: string, remedy: string];
  readonly it: readonly [text: string, remedy: string];
}

export type ErrorRows = Readonly<Record<string, ErrorRow>>;
