/**
 * A release. `npm run release -- minor` (or patch, major, or a version) builds, makes the bill of materials, checks what the package would contain, sets the
 * version, dates the changelog's section, commits and tags; with `--dry-run` nothing is written but `dist`. Publishing is left to `npm publish` and
 * `git push --follow-tags`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { writeBill } from './sbom.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const UNRELEASED = '## [Unreleased]\n';
const MAX_UNPACKED_BYTES = 6 * 1024 * 1024;

/** All that may be in the package; anything else stops the release. */
const ALLOWED = [
  /^(package\.json|LICENSE|README(\.it)?\.md|CHANGELOG\.md)$/,
  /^dist\/(engine|nodes|cli)\/[\w./-]+\.(js|d\.ts)$/,
  /^dist\/engine\/normalize\/profile\/profiles\/[\w-]+\.json$/,
  /^dist\/engine\/doctor\/words\/\w+\.json$/,
  /^dist\/sbom\.cdx\.json$/,
  /^dist\/(nodes|cli)\/[\w./-]+\.(html|json|svg)$/,
  /^resources\/[\w.-]+\.(js|woff2|txt)$/,
  /^examples\/[^/]+(\/[^/]+){0,2}\.(json|mjs|md|ts)$/,
];

/** In every package, whatever its manifest says. */
const ALWAYS = ['dist/sbom.cdx.json', 'LICENSE', 'README.md', 'CHANGELOG.md'];

/** The version after `version`; throws where the step is none. */
export function nextVersion(version, step) {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  switch (step) {
    case 'major': return `${major + 1}.0.0`;
    case 'minor': return `${major}.${minor + 1}.0`;
    case 'patch': return `${major}.${minor}.${patch + 1}`;
    default:
      if (/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(step ?? '')) return step;
      throw new Error(`patch, minor, major or a version, not ${step}`);
  }
}

/** The changelog with its unreleased entries under the version and a day; throws where there are none. */
export function datedChangelog(text, version, day) {
  const start = text.indexOf(UNRELEASED);
  if (start === -1) throw new Error('CHANGELOG.md has no section [Unreleased]');
  if (text.includes(`## [${version}]`)) throw new Error(`CHANGELOG.md has a section ${version} already`);
  const from = start + UNRELEASED.length;
  const next = text.indexOf('\n## [', from);
  if (!/^- \S/m.test(text.slice(from, next === -1 ? undefined : next))) throw new Error('CHANGELOG.md says nothing under [Unreleased]');
  return `${text.slice(0, from)}\n## [${version}] - ${day}\n${text.slice(from)}`;
}

/** What is wrong with the files of a package: strangers, and what the manifest promises and they lack. */
export function faultsOfPackage(paths, manifest) {
  const { main, types, bin, 'node-red': { nodes, plugins = {} }, 'node-red-dashboard-2': { widgets = {} } = {} } = manifest;
  const promised = [main, types, ...Object.values(bin), ...Object.values(nodes), ...Object.values(plugins), ...ALWAYS];
  const components = Object.values(widgets).map(({ output }) => `resources/${output}`);
  const forms = Object.values(nodes).map((file) => file.replace(/\.js$/, '.html'));
  return [
    ...paths.filter((path) => !ALLOWED.some((allowed) => allowed.test(path))).map((path) => `${path} does not belong into the package`),
    ...[...promised, ...forms, ...components].filter((path) => !paths.includes(path)).map((path) => `${path} is missing`),
    ...(paths.some((path) => /^examples\/.*\.json$/.test(path)) ? [] : ['no example is in it']),
  ];
}

function main([step, ...options]) {
  process.chdir(ROOT);
  const isDry = options.includes('--dry-run');
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const version = nextVersion(manifest.version, step);
  const changelog = datedChangelog(readFileSync('CHANGELOG.md', 'utf8'), version, new Date().toISOString().slice(0, 10));
  if (!isDry) checkTree(version);
  run(process.execPath, ['scripts/build.mjs']);
  writeBill();
  checkPackage(manifest);
  if (isDry) {
    console.log(`would set ${version}, date the changelog, commit and tag v${version}`);
    return;
  }
  writeFileSync('CHANGELOG.md', changelog);
  // The bill names the version; what `npm publish` sends is made anew with it.
  run('npm', ['version', version, '--no-git-tag-version', '--allow-same-version']);
  run('git', ['commit', '--quiet', '--message', `build(release): ${version}`, 'CHANGELOG.md', 'package.json', 'package-lock.json']);
  run('git', ['tag', '--annotate', `v${version}`, '--message', `Version ${version}`]);
  console.log(`v${version} is tagged; git push --follow-tags and npm publish send it out`);
}

function checkTree(version) {
  if (run('git', ['status', '--porcelain']).trim() !== '') throw new Error('there are changes that are not committed');
  if (run('git', ['tag', '--list', `v${version}`]).trim() !== '') throw new Error(`the tag v${version} is there already`);
}

function checkPackage(manifest) {
  const [{ files, unpackedSize }] = JSON.parse(run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']));
  const faults = faultsOfPackage(files.map(({ path }) => path), manifest);
  if (unpackedSize > MAX_UNPACKED_BYTES) faults.push(`the package has ${unpackedSize} bytes, at most ${MAX_UNPACKED_BYTES}`);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  console.log(`${files.length} files, ${Math.round(unpackedSize / 1024)} KiB`);
}

function run(command, args) {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
