#!/usr/bin/env node
/**
 * `bottega-store`: commands about the store of a shop, each named by its first word.
 */
import { readOptions } from './frame/arguments.js';
import { complain, type ExitCode, print, type RunCommand, runMain } from './frame/command.js';
import en from './locales/en.json';
import it from './locales/it.json';
import { fill } from './frame/words.js';
import { backup, restore } from './store/backup.js';
import { processingRecord, subjectExport } from './store/privacy.js';
import { repair } from './store/repair.js';
import { reseal } from './store/reseal.js';
import { stores } from './store/stores.js';

const COMMANDS: ReadonlyMap<string, RunCommand> = new Map([
  ['stores', stores],
  ['repair', repair],
  ['backup', backup],
  ['restore', restore],
  ['reseal', reseal],
  ['processing-record', processingRecord],
  ['subject-export', subjectExport],
]);

const WORDS = { en: en.store, it: it.store };

runMain(([name = '', ...typed]) => COMMANDS.get(name)?.(typed) ?? Promise.resolve(overview([name, ...typed])));

/** Says which commands there are. */
function overview(typed: readonly string[]): ExitCode {
  const { outcome, language } = readOptions({}, typed.filter((word) => word !== ''), process.env);
  const [name = ''] = typed;
  if (outcome === 'help' || name === '') {
    print(WORDS[language].usage);
    return 0;
  }
  complain(fill(WORDS[language].unknown, { value: name }));
  return 2;
}
