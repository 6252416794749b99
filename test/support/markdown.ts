/** What does a page of ours say? Its commands, its other blocks, its headings, links and tables, as a test wants to read them. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { ROOT } from './product.js';

/** A fenced block; `text` without the fences. */
export interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

export interface Link {
  readonly page: string;
  /** From the root of the repository; empty: the page itself. */
  readonly file: string;
  readonly anchor: string;
}

/** Italian page by its English one. */
export function pagePairs(): Map<string, string> {
  const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md') && !name.endsWith('.it.md')).map((name) => `docs/${name}`);
  return new Map(['README.md', ...docs].map((page) => [page, page.replace(/\.md$/, '.it.md')]));
}

export function textOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

export function blocksOf(page: string): Block[] {
  const text = textOf(page);
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({ 1: language = '', 2: inside = '', index }) => (
    { page, line: text.slice(0, index).split('\n').length, language, text: inside }
  ));
}

/** What is left of commands without their comments: the same in every language. */
export function commandsIn({ text }: Block): string {
  return text.split('\n').map((line) => line.replace(/(^|\s+)# .*$/, '')).filter((line) => line.trim() !== '').join('\n');
}

/** `## Title` → [2, 'Title']; those inside of blocks are none. */
export function headingsOf(page: string): (readonly [level: number, title: string])[] {
  return [...withoutBlocks(page).matchAll(/^(#+) (.+)$/gm)].map(([, marks = '', title = '']) => [marks.length, title] as const);
}

/** Links and pictures to files of this repository. */
export function linksOf(page: string): Link[] {
  return [...withoutBlocks(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target)).map((target) => {
    const [file = '', anchor = ''] = target.split('#');
    return { page, file: file === '' ? '' : normalize(join(dirname(page), file)), anchor };
  });
}

/** As GitHub makes them. */
export function anchorOf(title: string): string {
  return title.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
}

/** What stands in backticks in the first column of the tables under a heading (a part of its title). */
export function namesUnder(page: string, title: RegExp): string[] {
  const section = withoutBlocks(page).split(/^## /m).find((each) => title.test(each.split('\n', 1)[0] ?? '')) ?? '';
  const cells = [...section.matchAll(/^\| *([^|]*?) *\|/gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
}

function withoutBlocks(page: string): string {
  return textOf(page).replace(/^```.*?^```$/gms, '');
}
