/**
 * Which file is imported for which sector, and for which role? One description; what is committed must equal what is built.
 */
import { dashboardOf } from './dashboard.js';
import { TEMPLATES } from './description.js';
import { pipelineOf } from './pipeline.js';
import type { FlowNode } from './sheet.js';

/** The saved fields of a node type of ours and their defaults, as its form says; `undefined` for foreign types. */
export type DefaultsOf = (type: string) => Readonly<Record<string, unknown>> | undefined;

/** File name → its whole text. */
export function buildFlows(defaultsOf: DefaultsOf): Map<string, string> {
  return new Map(TEMPLATES.map((template) => {
    const isShown = template.role === 'all' || template.role === 'front';
    const nodes = [...pipelineOf(template), ...(isShown ? dashboardOf(template) : [])].map((node) => complete(node, defaultsOf(node.type)));
    return [`${template.id}.json`, `${JSON.stringify(nodes, null, 2)}\n`];
  }));
}

const FRAME = ['id', 'type', 'z', 'g', 'x', 'y', 'wires'];
/** Given to every node of ours; a form without the field does without it. */
const SHARED = ['store', 'shop', 'broker'];

/** Every field of the form is saved, as if the editor had done it. A field the form does not know is a mistake of the description. */
function complete(node: FlowNode, defaults: Readonly<Record<string, unknown>> | undefined): FlowNode {
  if (defaults === undefined) return node;
  const { id, type, ...rest } = node;
  const stray = Object.keys(rest).filter((field) => !FRAME.includes(field) && !SHARED.includes(field) && !(field in defaults));
  if (stray.length > 0) throw new Error(`${type} has no field ${stray.join(', ')}`);
  const kept = Object.fromEntries(Object.entries(rest).filter(([field]) => FRAME.includes(field) || field in defaults));
  return { id, type, ...defaults, ...kept };
}
