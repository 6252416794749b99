/**
 * Settings under which Redis keeps what it is given: what each server says of itself, and what should be otherwise.
 */

/** `ServerState` is one server as we see it; what its user may not read is `undefined`. */
export interface ServerState {
  readonly address: string;
  readonly version: string | undefined;
  readonly role: 'master' | 'replica' | undefined;
  readonly replicas: number | undefined;
  readonly appendonly: 'yes' | 'no' | undefined;
  readonly appendfsync: string | undefined;
  readonly maxmemoryPolicy: string | undefined;
  /** Bytes; 0 = no limit. */
  readonly maxmemory: number | undefined;
}

/** `Advice`: `must` where data can be lost or thrown away; `should` where it hangs on one machine, or could not be checked. */
export interface Advice {
  readonly address: string;
  readonly weight: 'must' | 'should';
  readonly setting: 'appendonly' | 'appendfsync' | 'maxmemory-policy' | 'role' | 'replicas';
  readonly is: string;
  readonly expected: string;
}

/** `Inspection` of all servers, with what should be otherwise. */
export interface Inspection {
  readonly servers: readonly ServerState[];
  readonly advice: readonly Advice[];
}

/** `serverState` reads a server's state from its `INFO` and, where it may be read, `CONFIG GET appendfsync`. */
export function serverState(address: string, info: string | undefined, appendfsync: string | undefined): ServerState {
  const lines = new Map((info ?? '').split(/\r?\n/).map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
  const number = (name: string): number | undefined => (lines.has(name) ? Number(lines.get(name)) : undefined);
  const [role, aof] = [lines.get('role'), lines.get('aof_enabled')];
  return {
    address,
    version: lines.get('redis_version'),
    role: role === undefined ? undefined : role === 'master' ? 'master' : 'replica',
    replicas: number('connected_slaves'),
    appendonly: aof === undefined ? undefined : aof === '1' ? 'yes' : 'no',
    appendfsync,
    maxmemoryPolicy: lines.get('maxmemory_policy'),
    maxmemory: number('maxmemory'),
  };
}

/** `adviceFor` says what should be otherwise, the grave first. */
export function adviceFor(servers: readonly ServerState[]): Advice[] {
  return servers.flatMap(adviceOn).sort((a, b) => a.weight.localeCompare(b.weight));
}

function adviceOn({ address, role, replicas, appendonly, appendfsync, maxmemoryPolicy }: ServerState): Advice[] {
  const rules: readonly [Advice['setting'], is: string | undefined, expected: string, holds: boolean][] = [
    ['role', role, 'master', role === 'master'],
    ['appendonly', appendonly, 'yes', appendonly === 'yes'],
    ['appendfsync', appendfsync, 'everysec or always', appendfsync === 'everysec' || appendfsync === 'always'],
    ['maxmemory-policy', maxmemoryPolicy, 'noeviction', maxmemoryPolicy === 'noeviction'],
  ];
  const broken = rules.filter(([, , , holds]) => !holds)
    .map(([setting, is, expected]): Advice => ({ address, weight: is === undefined ? 'should' : 'must', setting, is: is ?? 'unknown', expected }));
  if (role === 'replica' || (replicas ?? 0) > 0) return broken;
  return [...broken, { address, weight: 'should', setting: 'replicas', is: replicas === undefined ? 'unknown' : '0', expected: 'at least 1' }];
}
