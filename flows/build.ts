/**
 * `build` writes the flow file of each sector, role and language from one description; what is committed must equal what is built.
 */
import { caseFlows } from './cases.js';
import { dashboardOf } from './dashboard.js';
import { dashboard1Flow } from './dashboard1.js';
import { TEMPLATES, type Template, TRIALS } from './description.js';
import { exampleFlows } from './examples.js';
import { pipelineOf, type Senders, sharedFields } from './pipeline.js';
import { moreSendersOf } from './senders.js';
import type { FlowNode } from './sheet.js';
import { trialOf } from './trial.js';

/** The saved fields of a node type of ours and their defaults, as its form says; `undefined` for foreign types. */
export type DefaultsOf = (type: string) => Readonly<Record<string, unknown>> | undefined;

/** File name → its whole text. */
export function buildFlows(defaultsOf: DefaultsOf): Map<string, string> {
  const flows = new Map<string, FlowNode[]>([
    ...TEMPLATES.map((template): [string, FlowNode[]] => [template.file, flowOf(template, 'all')]),
    ...TRIALS.map((template): [string, FlowNode[]] => [template.file, trialOf(template, flowOf(template, 'own'))]),
    ...TEMPLATES.filter(isMovedTo).map((template): [string, FlowNode[]] => [`pages/${template.file}`, dashboardOf(template)]),
    ['dashboard1.json', dashboard1Flow()], ...exampleFlows(), ...caseFlows(),
  ]);
  return new Map([...flows].map(([file, nodes]) => [file, `${JSON.stringify(nodes.map((node) => complete(node, defaultsOf(node.type))), null, 2)}\n`]));
}

/** Pages alone, for who has the way of an event already: of a former release, which spoke Italian only. */
function isMovedTo({ role, texts }: Template): boolean {
  return role === 'all' && texts.language === 'it';
}

function flowOf(template: Template, senders: Senders): FlowNode[] {
  const { role } = template;
  const [isShown, takesIn] = [role === 'all' || role === 'front', role === 'all' || role === 'edge'];
  return [...pipelineOf(template, senders), ...(isShown ? dashboardOf(template) : []), ...(takesIn && senders === 'all' ? moreSendersOf(template, sharedFields(template)) : [])];
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
