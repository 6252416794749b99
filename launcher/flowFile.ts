/**
 * `mendFlow` sees to the files that Node-RED keeps the flow in, before it reads them: where one is damaged, the one before (Node-RED's own backup) takes
 * its place, and the damaged one stays beside it under a name of its own. Node-RED itself would start without any flow, and senders would be answered 404.
 */
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `FlowState`: `absent` before the first start. `restored`: from the backup. `damaged`: there is none that could be used. */
export type FlowState = 'absent' | 'whole' | 'restored' | 'damaged';

/** `MendedFlow` says how the flow is, and what is to be said about it and its credentials. */
export interface MendedFlow {
  readonly state: FlowState;
  readonly remarks: readonly string[];
}

interface FlowFile {
  readonly name: string;
  readonly isWhole: (content: unknown) => boolean;
}

/** An empty list is none that works: who has had nodes has lost them. */
const FLOW: FlowFile = { name: 'flows.json', isWhole: (content) => nodesIn(content).length > 0 };
const CREDENTIALS: FlowFile = { name: 'flows_cred.json', isWhole: (content) => typeof content === 'object' && content !== null && !Array.isArray(content) };

/** `mendFlow` of a data directory. */
export function mendFlow(data: string, now: Date): MendedFlow {
  const [flow, credentials] = [FLOW, CREDENTIALS].map((file) => ({ name: file.name, ...mend(data, file, now) })) as [Mended, Mended];
  return { state: flow.state, remarks: [flow, credentials].flatMap(remarkOn) };
}

/** `isFlowWhole`: whether there is a flow that Node-RED can read. */
export function isFlowWhole(data: string): boolean {
  return stateOf(join(data, FLOW.name), FLOW) === 'whole';
}

/** `damagedFiles` are those that were put aside and whose owner has not deleted them. */
export function damagedFiles(data: string): string[] {
  return readdirSync(data).filter((name) => /^flows(_cred)?\.json\.damaged-/.test(name)).sort();
}

interface Mended {
  readonly name: string;
  readonly state: FlowState;
  /** The name of the damaged file; absent where it was gone. */
  readonly aside?: string;
}

function mend(data: string, file: FlowFile, now: Date): Omit<Mended, 'name'> {
  const [path, backup] = [join(data, file.name), join(data, `.${file.name}.backup`)];
  const state = stateOf(path, file);
  if (state === 'whole') return { state };
  const isRestorable = stateOf(backup, file) === 'whole';
  if (state === 'absent' && !isRestorable) return { state };
  const aside = state === 'absent' ? undefined : keepAside(data, file.name, now);
  if (isRestorable) restore(backup, path);
  return { state: isRestorable ? 'restored' : 'damaged', ...(aside === undefined ? {} : { aside }) };
}

function stateOf(path: string, { isWhole }: FlowFile): 'absent' | 'whole' | 'damaged' {
  if (!existsSync(path)) return 'absent';
  try {
    return isWhole(JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''))) ? 'whole' : 'damaged';
  } catch (error) {
    if (error instanceof SyntaxError) return 'damaged';
    throw error;
  }
}

/** Node-RED's second version of the file wraps the list: {"rev", "flows"}. */
function nodesIn(content: unknown): readonly unknown[] {
  const nodes = Array.isArray(content) ? content as unknown : (content as { flows?: unknown } | null)?.flows;
  return Array.isArray(nodes) && nodes.every((node) => typeof node === 'object' && node !== null && 'id' in node && 'type' in node) ? nodes : [];
}

/** A copy, once: what is damaged and cannot be restored is found again at each start. */
function keepAside(data: string, name: string, now: Date): string {
  const path = join(data, name);
  const content = readFileSync(path);
  const kept = damagedFiles(data).find((each) => each.startsWith(`${name}.`) && readFileSync(join(data, each)).equals(content));
  if (kept !== undefined) return kept;
  const aside = `${name}.damaged-${now.toISOString().replace(/[-:]|\.\d+/g, '')}`;
  writeFileSync(join(data, aside), content, { mode: 0o600 });
  return aside;
}

/** Beside and then renamed: a kill in between leaves one of the two. */
function restore(backup: string, path: string): void {
  const aside = `${path}.${String(process.pid)}`;
  rmSync(aside, { force: true });
  copyFileSync(backup, aside);
  renameSync(aside, path);
}

function remarkOn({ name, state, aside }: Mended): string[] {
  if (state === 'absent' || state === 'whole') return [];
  const found = aside === undefined ? `${name} is gone` : `${name} is damaged, and kept as ${aside}`;
  if (state === 'restored') return [`${found}; .${name}.backup takes its place: what was deployed last may be missing`];
  if (name === CREDENTIALS.name) return [`${found}, and there is no backup: passwords that were typed in the editor must be typed again`];
  return [`${found}, and there is no backup that could be used: deploy a flow in the editor, or put a good file there and start again`];
}
