/**
 * The pages of the dashboard, and what stands on them: the same four for every sector.
 */
import type { Template } from './description.js';
import { type FlowNode, idOf } from './sheet.js';

/** From left to right in the navigation; groups from top to bottom, with their width on a wide screen in twelfths. */
export const PAGES = {
  adesso: { title: 'Adesso', icon: 'storefront', groups: { 'testa adesso': 12, avvisi: 12, schede: 12, ore: 8, parti: 4 } },
  periodo: { title: 'Periodo', icon: 'calendar-range', groups: { 'testa periodo': 12, filtri: 12, totali: 12, andamento: 8, quote: 4, tabella: 12 } },
  avvisi: { title: 'Avvisi', icon: 'bell-outline', groups: { 'testa avvisi': 12, 'avvisi aperti': 7, storia: 5 } },
  fonti: { title: 'Fonti', icon: 'lan-connect', groups: { 'testa fonti': 12, fonti: 12, viaggio: 6, scarti: 6 } },
} as const;
export type Page = keyof typeof PAGES;
export const PAGE_NAMES = Object.keys(PAGES) as Page[];

/** The names as the header shows them, in order. */
export const TITLES: readonly string[] = Object.values(PAGES).map(({ title }) => title);

/** Colors are in the style sheet, by light and dark; these are for what Dashboard 2 draws before it. */
const THEME = {
  colors: { surface: '#f5f2ec', primary: '#17614f', bgPage: '#f5f2ec', groupBg: '#f5f2ec', groupOutline: '#f5f2ec' },
  sizes: { density: 'default', pagePadding: '16px', groupGap: '12px', groupBorderRadius: '14px', widgetGap: '12px' },
};

const BREAKPOINTS = [{ name: 'Telefono', px: 0, cols: 3 }, { name: 'Schermo', px: 900, cols: 12 }];

/** The dashboard, its theme, its pages and their groups. */
export function frameOf({ id: scope }: Template): FlowNode[] {
  const theme = { id: idOf(scope, 'theme'), type: 'ui-theme', name: 'Bottega', ...THEME };
  return [baseOf(idOf(scope, 'base')), theme, ...PAGE_NAMES.flatMap((name, order) => pageOf(scope, name, order))];
}

/** `examplePage` is a page of one group, for an example of a widget. */
export function examplePage(): FlowNode[] {
  const [base, theme, page] = [idOf('examples', 'base'), idOf('examples', 'theme'), idOf('examples', 'page')];
  return [
    { ...baseOf(base), name: 'Esempio' },
    { id: theme, type: 'ui-theme', name: 'Esempio', ...THEME },
    pageNode({ id: page, name: 'Esempio', base, path: '/esempio', icon: 'storefront', theme, order: 1 }),
    groupNode({ id: idOf('examples', 'group'), name: 'Esempio', page, width: 12, order: 1 }),
  ];
}

function baseOf(id: string): FlowNode {
  return {
    id, type: 'ui-base', name: 'Bottega', path: '/dashboard', appIcon: '', includeClientData: true,
    acceptsClientConfig: ['ui-notification', 'ui-control', 'ui-template'], showPathInSidebar: false, headerContent: 'none', navigationStyle: 'none',
    titleBarStyle: 'hidden', showReconnectNotification: false, notificationDisplayTime: 1, showDisconnectNotification: false, allowInstall: false,
  };
}

interface PageFields {
  readonly id: string;
  readonly name: string;
  readonly base: string;
  readonly path: string;
  readonly icon: string;
  readonly theme: string;
  readonly order: number;
}

function pageNode({ id, name, base, path, icon, theme, order }: PageFields): FlowNode {
  return { id, type: 'ui-page', name, ui: base, path, icon, layout: 'grid', theme, breakpoints: BREAKPOINTS, order, className: '', visible: true, disabled: false };
}

interface GroupFields {
  readonly id: string;
  readonly name: string;
  readonly page: string;
  readonly width: number;
  readonly order: number;
}

function groupNode({ id, name, page, width, order }: GroupFields): FlowNode {
  return {
    id, type: 'ui-group', name, page, width, height: 1, order, showTitle: false, className: '', visible: true, disabled: false, groupType: 'default',
  };
}

function pageOf(scope: string, name: Page, order: number): FlowNode[] {
  const { title, icon, groups } = PAGES[name];
  const [base, theme] = [idOf(scope, 'base'), idOf(scope, 'theme')];
  const page = pageNode({ id: idOf(scope, 'page', name), name: title, base, path: `/${name}`, icon, theme, order: order + 1 });
  const boxes = Object.entries(groups).map(([group, width], place) => (
    groupNode({ id: idOf(scope, 'group', group), name: group, page: page.id, width, order: place + 1 })
  ));
  return [page, ...boxes];
}
