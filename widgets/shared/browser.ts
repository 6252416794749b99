/**
 * `browser` is the part of a browser's window that widgets use; our TypeScript knows no other. Components are drawn in tests without one.
 */
interface StyleElement {
  id: string;
  textContent: string;
}

interface Browser {
  readonly navigator?: {
    readonly languages?: readonly string[];
    readonly language?: string;
    readonly clipboard?: { writeText(text: string): Promise<void> };
  };
  readonly location?: { readonly search: string; readonly pathname: string; readonly hash: string };
  readonly history?: { readonly state: unknown; replaceState(state: unknown, title: string, address: string): void };
  readonly document?: {
    getElementById(id: string): object | null;
    createElement(name: 'style'): StyleElement;
    readonly head: { appendChild(element: StyleElement): unknown };
  };
  addEventListener?(event: string, listener: () => void): void;
  removeEventListener?(event: string, listener: () => void): void;
  dispatchEvent?(event: Event): boolean;
}

export const browser = globalThis as unknown as Browser;

/** `CHOICE_EVENT` says that the choice in the page's address has changed. */
export const CHOICE_EVENT = 'bottega:choice';

/** `languages` of the viewer, the best first. */
export function languages(): readonly string[] {
  const { navigator } = browser;
  return navigator?.languages ?? (navigator?.language === undefined ? [] : [navigator.language]);
}

/** `CHOSEN` by filters: what clearing them takes out of the address. */
export const CHOSEN = ['store', 'channel', 'period', 'from', 'to', 'compare'] as const;

/** Dashboard's links to its other pages have no choice: it goes along. A page that is loaded anew has what its address says. */
let remembered: readonly (readonly [name: string, value: string])[] = [];

/** `choiceInAddress` is what was chosen: `?store=milano&channel=online`. Where another page was opened without one, it gets it back. */
export function choiceInAddress(): Readonly<Record<string, string>> {
  const query = new URLSearchParams(browser.location?.search ?? '');
  if (CHOSEN.some((name) => query.has(name))) remember(query);
  else if (remembered.length > 0) {
    for (const [name, value] of remembered) query.set(name, value);
    show(query);
  }
  return Object.fromEntries(query);
}

function remember(query: URLSearchParams): void {
  remembered = CHOSEN.flatMap((name) => { const value = query.get(name); return value === null ? [] : [[name, value] as const]; });
}

/** The rest of the address stays. */
function show(query: URLSearchParams): void {
  const { location, history } = browser;
  if (location === undefined || history === undefined) return;
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  history.replaceState(history.state, '', location.pathname + search + location.hash);
}

/** `choose` changes parts of the choice, for all widgets of the page; an empty text takes one out. The rest of the address stays. */
export function choose(changed: Readonly<Record<string, string>>): void {
  const query = new URLSearchParams(browser.location?.search ?? '');
  for (const [name, value] of Object.entries(changed)) {
    if (value === '') query.delete(name);
    else query.set(name, value);
  }
  remember(query);
  show(query);
  browser.dispatchEvent?.(new Event(CHOICE_EVENT));
}

/** `copyText` puts a text on the clipboard; browsers allow it on encrypted pages and on this computer. */
export async function copyText(text: string): Promise<'copied' | 'refused'> {
  const clipboard = browser.navigator?.clipboard;
  if (clipboard === undefined) return 'refused';
  return clipboard.writeText(text).then(() => 'copied', () => 'refused');
}

/** `offer` makes components known to Dashboard, under its widget's name, and adds their style to the page, once each. */
export function offer(widget: string, components: Readonly<Record<string, unknown>>, styles: Readonly<Record<string, string>>): void {
  Object.assign(globalThis, { [widget]: components });
  const { document } = browser;
  if (document === undefined) return;
  for (const [name, text] of Object.entries(styles)) {
    const id = `bottega-style-${name}`;
    if (document.getElementById(id) !== null) continue;
    document.head.appendChild(Object.assign(document.createElement('style'), { id, textContent: text }));
  }
}
