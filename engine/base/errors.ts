/**
 * Refusals and faults, by name. A *refusal* is an expected answer about the input (it leaves by the second output with a
 * reason); a *fault* is thrown because a resource failed and the same call may succeed later.
 */
import type { FaultCode, RefusalRule } from './errorTable/index.js';

export type { FaultCode, RefusalRule };

/** `Refusal` says why one event or payload was refused. `path` is a JSON Pointer into what was sent, `rule` the broken rule. */
export interface Refusal {
  readonly path: string;
  readonly rule: RefusalRule;
  readonly message: string;
}

/** `Fault` carries its code and, where there is one, the error underneath. */
export class Fault extends Error {
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Fault';
    this.code = code;
  }
}

/** `ConfigError` is a saved form that breaks a rule: it names field, rule and value. Thrown by every `readConfig`. */
export class ConfigError extends Fault {
  readonly field: string;
  readonly rule: string;
  readonly value: unknown;

  constructor(field: string, rule: string, value: unknown) {
    super('config.invalid', `${field}: ${rule} (${value === undefined ? 'undefined' : JSON.stringify(value)})`);
    this.name = 'ConfigError';
    this.field = field;
    this.rule = rule;
    this.value = value;
  }
}

/** `messageOf` gives the message of anything thrown, for a status or a log line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
