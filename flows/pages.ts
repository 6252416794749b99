/**
 * `pagesOf` a template: what stands on each page, in groups from top to bottom; the same pages for every sector and language.
 */
import { type Card, type PageId, PAGES, type Template } from './description.js';
import { type FlowNode, idOf } from './sheet.js';

/** `WidgetPlace`: a widget of ours, its width in twelfths of the page, and what its form holds. */
export interface WidgetPlace {
  readonly type: string;
  readonly width: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** `PageGroup` has its widgets beside each other as far as its width goes, then below. */
export interface PageGroup {
  readonly width: number;
  readonly widgets: readonly WidgetPlace[];
}

const ICONS: Readonly<Record<PageId, string>> = {
  today: 'storefront', trend: 'chart-line', sales: 'chart-donut', alerts: 'bell-outline', sources: 'lan-connect',
};

/** `groupsOf` a page; the header first. */
export function groupsOf(template: Template, page: PageId): readonly PageGroup[] {
  return [{ width: 12, widgets: [place('header', 12)] }, ...CONTENT[page](template)];
}

const TABLE = ['revenue', 'orders', 'average_ticket', 'refunds', 'discounts', 'card_share'];

const CONTENT: Readonly<Record<PageId, (template: Template) => readonly PageGroup[]>> = {
  today: (template) => [
    { width: 7, widgets: [place('day', 7, { kpi: 'revenue' })] },
    { width: 5, widgets: [place('alerts', 5, { shows: 'open' })] },
    { width: 12, widgets: template.sector.cards.map((card) => place('kpi', 2, cardFields(template, card))) },
    { width: 7, widgets: [place('chart', 7, { kpi: 'revenue', shape: 'bars', step: '1h', period: 'today' })] },
    { width: 5, widgets: [place('breakdown', 5, { kpi: 'revenue', by: 'channel' }), place('breakdown', 5, { kpi: 'revenue', by: 'payment' })] },
  ],
  trend: (template) => [
    { width: 12, widgets: [place('filters', 12, { period: '30d' })] },
    { width: 12, widgets: [place('chart', 12, { kpi: 'revenue', shape: 'bars', period: '30d', compare: 'previous' })] },
    ...template.sector.trends.map((card) => ({ width: 6, widgets: [place('chart', 6, { ...titleOf(template, card), kpi: card.kpi, shape: 'line', period: '30d', compare: 'previous' })] })),
    { width: 12, widgets: [place('chart', 12, { kpi: 'revenue', shape: 'heat', period: '30d', compare: 'nothing' })] },
  ],
  sales: () => [
    { width: 12, widgets: [place('filters', 12, { period: '7d' })] },
    ...(['channel', 'store', 'payment'] as const).map((by) => ({ width: 4, widgets: [place('breakdown', 4, { kpi: 'revenue', by, period: '7d', compare: 'previous' })] })),
    { width: 12, widgets: [place('table', 12, { kpis: TABLE, by: 'auto', period: '7d' })] },
  ],
  alerts: () => [{ width: 12, widgets: [place('alerts', 12, { shows: 'all' })] }],
  sources: () => [
    { width: 12, widgets: [place('setup', 12)] },
    { width: 6, widgets: [place('sources', 6)] }, { width: 6, widgets: [place('deadletters', 6)] },
  ],
};

function place(type: string, width: number, fields: Readonly<Record<string, unknown>> = {}): WidgetPlace {
  return { type, width, fields };
}

function cardFields(template: Template, card: Card): Readonly<Record<string, unknown>> {
  return { ...titleOf(template, card), kpi: card.kpi, window: card.window, better: card.better ?? 'up', line: 'hours' };
}

/** Without a title of its own a widget says the number's name, in the viewer's language. */
function titleOf({ texts }: Template, { title }: Card): { readonly title: string } {
  return { title: title === undefined ? '' : texts.cards[title] ?? title };
}

/** What Dashboard 2 draws before the widgets are there. */
const THEME = {
  colors: { surface: '#f6f4ef', primary: '#12664d', bgPage: '#f6f4ef', groupBg: '#f6f4ef', groupOutline: '#f6f4ef' },
  sizes: { density: 'default', pagePadding: '16px', groupGap: '14px', groupBorderRadius: '16px', widgetGap: '14px' },
};

const BREAKPOINTS = [{ name: 'Phone', px: 0, cols: 3 }, { name: 'Screen', px: 900, cols: 12 }];

/** `frameOf` a template: the dashboard, its theme, its pages and their groups. */
export function frameOf(template: Template): FlowNode[] {
  const { id: scope } = template;
  const theme = { id: idOf(scope, 'theme'), type: 'ui-theme', name: 'Bottega', ...THEME };
  return [baseOf(idOf(scope, 'base')), theme, ...PAGES.flatMap((page, order) => pageOf(template, page, order + 1))];
}

/** `groupId` of the group at that place of a page. */
export function groupId({ id }: Template, page: PageId, index: number): string {
  return idOf(id, 'group', page, String(index));
}

function pageOf(template: Template, page: PageId, order: number): FlowNode[] {
  const { id: scope, texts } = template;
  const { title, path } = texts.pages[page];
  const id = idOf(scope, 'page', page);
  const frame = pageNode({ id, name: title, base: idOf(scope, 'base'), path, icon: ICONS[page], theme: idOf(scope, 'theme'), order });
  return [frame, ...groupsOf(template, page).map(({ width }, index) => (
    groupNode({ id: groupId(template, page, index), name: `${title} ${String(index + 1)}`, page: id, width, order: index + 1 })
  ))];
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
    acceptsClientConfig: ['ui-notification', 'ui-control'], showPathInSidebar: false, headerContent: 'none', navigationStyle: 'none',
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
