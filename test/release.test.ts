/** The scripts of a release and of a pull request: versions, the dated changelog, what may be in the package, the form of a commit. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './support/product.js';

interface Release {
  nextVersion(version: string, step: string): string;
  datedChangelog(text: string, version: string, day: string): string;
  faultsOfPackage(paths: readonly string[], manifest: unknown): readonly string[];
}

interface CommitLint {
  faultsOf(message: string, scopes?: ReadonlySet<string>): readonly string[];
}

const CHANGELOG = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n\n## [0.1.0] - 2026-01-01\n\n- The first.\n';

describe('release', () => {
  let release: Release;
  before(async () => { release = await import(join(ROOT, 'scripts/release.mjs')) as Release; });

  const steps = [
    ['0.1.9', 'patch', '0.1.10'], ['0.1.9', 'minor', '0.2.0'], ['0.1.9', 'major', '1.0.0'], ['0.1.9', '2.0.0-rc.1', '2.0.0-rc.1'],
  ] as const;
  for (const [from, step, to] of steps) it(`makes ${from} ${to} by ${step}`, () => { assert.equal(release.nextVersion(from, step), to); });

  it('refuses a step that is none', () => { assert.throws(() => release.nextVersion('1.0.0', 'some'), /not some/); });

  it('dates what is unreleased and keeps the rest', () => {
    assert.equal(release.datedChangelog(CHANGELOG, '0.2.0', '2026-12-01'), CHANGELOG.replace('## [Unreleased]\n', '## [Unreleased]\n\n## [0.2.0] - 2026-12-01\n'));
  });

  it('dates this changelog', () => {
    const text = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
    assert.ok(release.datedChangelog(text, '99.0.0', '2026-12-01').includes('## [99.0.0] - 2026-12-01'));
  });

  it('refuses a changelog that says nothing, and a version that has been', () => {
    assert.throws(() => release.datedChangelog('## [Unreleased]\n\n### Added\n\n## [0.1.0] - 2026-01-01\n\n- Old.\n', '0.2.0', '2026-12-01'), /says nothing/);
    assert.throws(() => release.datedChangelog(CHANGELOG, '0.1.0', '2026-12-01'), /0\.1\.0 already/);
    assert.throws(() => release.datedChangelog('# Changelog\n', '0.2.0', '2026-12-01'), /no section/);
  });

  const manifest = {
    main: 'dist/engine/index.js', types: 'dist/engine/index.d.ts', bin: { check: 'dist/cli/check.js' }, 'node-red': { nodes: { shop: 'dist/nodes/06-shop/shop.js' } },
    'node-red-dashboard-2': { widgets: { 'ui-x': { output: 'ui-x.js', component: 'X' } } },
  };
  const files = [
    'package.json', 'LICENSE', 'README.md', 'CHANGELOG.md', 'dist/engine/index.js', 'dist/engine/index.d.ts', 'dist/cli/check.js', 'dist/nodes/06-shop/shop.js', 'dist/sbom.cdx.json',
    'resources/ui-x.js', 'resources/chunk-a1.js', 'resources/inter.woff2', 'dist/nodes/06-shop/shop.html', 'dist/nodes/06-shop/locales/it/shop.json', 'examples/Un nodo alla volta/shop.json',
  ];

  it('lets a whole package pass', () => { assert.deepEqual(release.faultsOfPackage(files, manifest), []); });

  for (const stranger of ['.bottega/secrets.json', 'dist/launcher/start.js', 'dist/engine/index.js.map', 'test/docs.test.ts', 'engine/index.ts', 'dist/nodes/06-shop/.env', 'widgets/kpi/KpiCard.vue']) {
    it(`stops at ${stranger}`, () => { assert.deepEqual(release.faultsOfPackage([...files, stranger], manifest), [`${stranger} does not belong into the package`]); });
  }

  for (const [missing, says] of [['dist/cli/check.js'], ['dist/nodes/06-shop/shop.html'], ['resources/ui-x.js'], ['LICENSE'], ['examples/Un nodo alla volta/shop.json', 'no example is in it']]) {
    it(`stops without ${missing ?? ''}`, () => {
      assert.deepEqual(release.faultsOfPackage(files.filter((file) => file !== missing), manifest), [says ?? `${missing ?? ''} is missing`]);
    });
  }

  it('says what it would do, with the package as it is, and does nothing', function () {
    this.timeout(180_000);
    const before = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/release.mjs', '98.7.6', '--dry-run'], { cwd: ROOT, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^\d+ files, \d+ KiB\nwould set 98\.7\.6, date the changelog, commit and tag v98\.7\.6\n$/);
    assert.equal(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'), before);
    assert.equal(spawnSync('git', ['tag', '--list', 'v98.7.6'], { cwd: ROOT, encoding: 'utf8' }).stdout, '');
  });
});

describe('commit lint', () => {
  let lint: CommitLint;
  before(async () => { lint = await import(join(ROOT, 'scripts/commit-lint.mjs')) as CommitLint; });

  const good = [
    'fix(window): the first sale of a day is final in its own hour', 'feat!: another form of the answer', 'docs: shorter', 'refactor(engine): one table\n\nBecause two differ.',
    'test(base,normalize): tables', 'fix(aggregate)!: sums are exact\n\nbody', 'Merge branch \'main\' into topic', 'Revert "fix(window): x"', 'build(deps): bump mqtt',
  ];
  for (const message of good) it(`takes ${message.split('\n', 1)[0] ?? ''}`, () => { assert.deepEqual(lint.faultsOf(message), []); });

  const bad: readonly (readonly [string, RegExp])[] = [
    ['wip', /must begin with/], ['Fix(window): x', /must begin with/], ['fix (window): x', /must begin with/], ['improve(window): x', /improve is none of/],
    ['fix(kitchen): x', /kitchen is no folder/], ['fix(): x', /an empty scope is no folder/], ['fix(60-window): x', /60-window is no folder/], ['fix(window): ends.', /no stop/],
    [`fix: ${'x'.repeat(120)}`, /125 characters/], ['fix: x\nat once', /second line is blank/], [`fix: x\n\n${'word '.repeat(40)}`, /a line of the body/],
  ];
  for (const [message, fault] of bad) {
    it(`refuses ${message.slice(0, 40).split('\n', 1)[0] ?? ''}`, () => {
      const faults = lint.faultsOf(message);
      assert.equal(faults.length, 1, faults.join());
      assert.match(faults[0] ?? '', fault);
    });
  }

  it('reads a message from a hook, without git’s own comments', () => {
    const check = (input: string): number | null => spawnSync(process.execPath, ['scripts/commit-lint.mjs', '-'], { cwd: ROOT, input }).status;
    assert.equal(check('fix(window): x\n# Please enter the commit message\n'), 0);
    assert.equal(check('x\n# fix(window): x\n'), 1);
  });
});
