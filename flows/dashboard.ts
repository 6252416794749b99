/**
 * `dashboardOf` is what the shop sees: pages of widgets, a box per page on their tab; no wire leads anywhere.
 */
import { PAGES, type PageId, type Template } from './description.js';
import { COLUMNS, type Drawn, stacked } from './grid.js';
import { frameOf, groupId, groupsOf } from './pages.js';
import { sharedFields } from './pipeline.js';
import { type FlowNode, sheetOf } from './sheet.js';

/** The dashboard of one template: its configuration nodes and its tab. */
export function dashboardOf(template: Template): FlowNode[] {
  const { label, info } = template.texts.dashboard;
  return [...frameOf(template), ...sheetOf(template.id, label, info, stacked(PAGES.map((page) => boxOf(template, page))))];
}

function boxOf(template: Template, page: PageId): Drawn {
  const { title, path, says } = template.texts.pages[page];
  const widgets = groupsOf(template, page).flatMap((group, index) => group.widgets.map((widget, order) => ({ ...widget, group: groupId(template, page, index), order: order + 1 })));
  const nodes = widgets.map(({ type, width, fields, group, order }, index) => {
    const own = { ...sharedFields(template), name: '', group, order, width, height: 0, ...fields };
    const place = { column: index % COLUMNS.length, row: Math.floor(index / COLUMNS.length) };
    return [`${page} ${String(index)}`, { type: `ui-bottega-${type}`, fields: own, wires: [], ...place }] as const;
  });
  return { said: { label: title, says, why: `/dashboard${path}` }, nodes: Object.fromEntries(nodes) };
}
