/**
 * `bottega-store backup` and `restore`: a backup of the embedded store with the files a shop cannot start without, also while it runs; and back again.
 */
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { BACKUP_PATH } from '../../engine/store/backupPlan.js';
import { openLevelStore } from '../../engine/store/level/levelStore.js';
import { isLevelHeld } from '../../engine/store/level/repair.js';
import { BACKUP_MARK, writeBackup, type WrittenBackup } from '../../nodes/00-store/backupFiles.js';
import { type CliEnvironment, type CliLanguage, readOptions } from '../frame/arguments.js';
import { type CommandReporter, complain, type ExitCode, type ParsedCommand, print, runner } from '../frame/command.js';
import { fill } from '../frame/words.js';
import en from '../locales/en.json';
import it from '../locales/it.json';
import { askShop, tokenOf } from './runningShop.js';
import { type RunningShop, runningShop, SHOP_OPTIONS } from './storesArguments.js';

const OPTIONS = { ...SHOP_OPTIONS, json: { type: 'boolean' } } as const;
const WORDS: Readonly<Record<CliLanguage, typeof en.backup>> = { en: en.backup, it: it.backup };

type BackupProblem = keyof typeof en.backup.problem;
type BackupAction = 'backup' | 'restore';

interface BackupArguments {
  /** Where backups go, or the backup to be restored. */
  readonly folder: string;
  readonly running: RunningShop;
  readonly output: 'words' | 'json';
}

class BackupReporter implements CommandReporter<BackupProblem> {
  readonly #words: typeof en.backup;
  readonly #action: BackupAction;

  constructor(language: CliLanguage, action: BackupAction) {
    this.#words = WORDS[language];
    this.#action = action;
  }

  usage(): string {
    return this.#words.usage[this.#action];
  }

  problem(problem: BackupProblem, value: string): string {
    return fill(this.#words.problem[problem], { value });
  }

  done({ path, records, aside }: DoneBackup): string {
    const lines = [fill(this.#words.done[this.#action], { path, records: String(records) })];
    return (aside === undefined ? lines : [...lines, fill(this.#words.aside, { aside })]).join('\n');
  }
}

/** `aside`: what was in the data directory before it was restored. */
interface DoneBackup extends WrittenBackup {
  readonly aside?: string;
}

/** What keeps it from being done. */
interface Hindrance {
  readonly problem: BackupProblem;
  readonly at: string;
}

export const backup = commandOf('backup', makeBackup);
export const restore = commandOf('restore', restoreBackup);

function commandOf(action: BackupAction, work: (given: BackupArguments) => Promise<DoneBackup | Hindrance>): ReturnType<typeof runner> {
  return runner({
    parse,
    reporter: (language) => new BackupReporter(language, action),
    async act(given: BackupArguments, reporter: BackupReporter): Promise<ExitCode> {
      const done = await work(given);
      if ('problem' in done) complain(reporter.problem(done.problem, done.at));
      else print(given.output === 'json' ? JSON.stringify(done) : reporter.done(done));
      return 'problem' in done ? 2 : 0;
    },
  });
}

function parse(typed: readonly string[], environment: CliEnvironment): ParsedCommand<BackupArguments, BackupProblem> {
  const read = readOptions(OPTIONS, typed, environment);
  if (read.outcome !== 'options') return read;
  const { language, values, words: [folder = environment['BOTTEGA_BACKUP_DIR']?.trim() ?? '', ...more] } = read;
  if (folder === '' || more.length > 0) return { outcome: 'problem', language, problem: 'folder', at: more.join(' ') };
  const output = values.json === true ? 'json' : 'words';
  return { outcome: 'arguments', language, given: { folder: resolve(folder), running: runningShop(values, environment), output } };
}

async function makeBackup({ folder, running }: BackupArguments): Promise<DoneBackup | Hindrance> {
  const directory = join(running.data, 'bottega-store');
  if (!existsSync(directory)) return { problem: 'missing', at: directory };
  if (await isLevelHeld(directory)) return askForBackup(folder, running);
  const level = await openLevelStore(directory, Date);
  try {
    return await writeBackup(level, running.data, folder, Date.now());
  } finally {
    await level.close();
  }
}

/** The shop writes it below its data directory; from there it goes where it was wanted, which may be another disk. */
async function askForBackup(folder: string, { url, data }: RunningShop): Promise<DoneBackup | Hindrance> {
  const token = tokenOf(data);
  if (token === undefined) return { problem: 'token', at: data };
  const { status, body } = await askShop(url + BACKUP_PATH, token, {});
  if (status !== 200) return { problem: status === 401 ? 'refused' : 'unreachable', at: url };
  const { path: made, records } = body as WrittenBackup;
  const path = join(folder, basename(made));
  const work = `${path}.part`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await cp(made, work, { recursive: true, errorOnExist: true, force: false });
    await chmod(work, 0o700);
    await rename(work, path);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  await rm(made, { recursive: true });
  return { path, records };
}

async function restoreBackup({ folder, running: { data } }: BackupArguments): Promise<DoneBackup | Hindrance> {
  const path = resolve(data);
  const mark = join(folder, BACKUP_MARK);
  if (!existsSync(mark)) return { problem: 'noBackup', at: folder };
  const store = join(path, 'bottega-store');
  if (existsSync(store) && await isLevelHeld(store)) return { problem: 'held', at: path };
  const { records } = JSON.parse(readFileSync(mark, 'utf8')) as { records: number };
  const work = `${path}.part`;
  await rm(work, { recursive: true, force: true });
  await cp(folder, work, { recursive: true });
  await rm(join(work, BACKUP_MARK));
  await chmod(work, 0o700);
  const aside = existsSync(path) ? `${path}-before-${basename(folder)}-${String(Date.now())}` : undefined;
  if (aside !== undefined) await rename(path, aside);
  await rename(work, path);
  return { path, records, ...(aside === undefined ? {} : { aside }) };
}
