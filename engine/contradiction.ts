/**
 * Can these conditions hold together? A number that nothing can ever count for is a mistake of whoever typed it.
 */
import type { SaidCondition } from './custom.js';
import { ConfigError } from './errors.js';

/** Throws `ConfigError` that names the second of two conditions that exclude each other. */
export function refuseContradictions(conditions: readonly SaidCondition[], path: string): void {
  conditions.forEach((condition, index) => {
    const other = conditions.slice(0, index).find((earlier) => earlier.field === condition.field && excludes(earlier, condition));
    if (other !== undefined) throw new ConfigError(`${path}[${String(index)}]`, `contradicts "${worded(other)}"`, worded(condition));
  });
}

/** Of two conditions on one field. */
function excludes(a: SaidCondition, b: SaidCondition): boolean {
  return excludesOneWay(a, b) || excludesOneWay(b, a);
}

function excludesOneWay(a: SaidCondition, b: SaidCondition): boolean {
  const isSame = a.value === b.value;
  switch (`${a.op} ${b.op}`) {
    case 'is unknown':
    case 'unknown known':
    case 'unknown above':
    case 'unknown atMost': return true;
    case 'is is': return !isSame;
    case 'is isNot': return isSame;
    case 'above atMost': return Number(b.value) <= Number(a.value);
    default: return false;
  }
}

function worded({ field, op, value }: SaidCondition): string {
  return [field, op, ...(value === undefined ? [] : [value])].join(' ');
}
