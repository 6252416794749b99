/**
 * `moreSendersOf` is the tab with the webhooks of senders that are data: each has its path and is closed until it has a secret. One link leads from all of them to
 * the node that understands them.
 */
import { PROFILE_NAMES, type ProfileName, PROFILES } from '../engine/normalize/profile/profiles.js';
import type { Template } from './description.js';
import { type Drawn, stacked } from './grid.js';
import { type FlowNode, idOf, sheetOf } from './sheet.js';

const [FROM, TO] = ['more senders out', 'more senders in'];

/** `moreSendersOf` a template that takes events in; `shared` are the fields that all its nodes have. */
export function moreSendersOf(template: Template, shared: Readonly<Record<string, unknown>>): FlowNode[] {
  const { more } = template.texts;
  const box: Drawn = {
    said: more.box,
    nodes: {
      ...Object.fromEntries(PROFILE_NAMES.map((name, row) => [name, {
        type: 'bottega-webhook', column: 0, row, wires: [[FROM], []],
        fields: { ...shared, name: nameOf(template, name), provider: name, path: `/in/${name}` },
      }])),
      [FROM]: {
        type: 'link out', column: 1, row: (PROFILE_NAMES.length - 1) / 2, wires: [], fields: { name: more.label, mode: 'link', links: [idOf(template.id, TO)] },
      },
    },
  };
  return sheetOf(template.id, more.label, more.info, stacked([box]));
}

/** `moreSendersIn` is where the link comes in, on the way of an event. */
export function moreSendersIn(template: Template, row: number): Drawn['nodes'] {
  const fields = { name: template.texts.more.label, links: [idOf(template.id, FROM)] };
  return { [TO]: { type: 'link in', column: 0, row, wires: [['normalize']], fields } };
}

function nameOf({ texts }: Template, name: ProfileName): string {
  return texts.more.tills[name] ?? PROFILES[name].label;
}
