/**
 * The software bill of materials: `npm run sbom` writes dist/sbom.cdx.json (CycloneDX 1.6) of what `npm install` of this package brings along, with
 * `--image` of what is in the image of docker/. Made of package-lock.json alone: the same lock file makes the same bytes, and nothing has to be installed.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Enums, Models, Serialize, SPDX, Spec } from '@cyclonedx/cyclonedx-library';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
/** Tools to the package, parts of the product: docker/Dockerfile keeps the same. */
export const IMAGE_PARTS = ['node-red', '@flowfuse/node-red-dashboard', 'openid-client'];

/** Paths in the lock file of everything that `names`, required by the root, bring along; each with the paths of what it requires. */
export function productionPackages({ packages }, names) {
  const found = new Map();
  const waiting = names.map((name) => installed(packages, '', name)).filter((path) => path !== undefined);
  while (waiting.length > 0) {
    const path = waiting.pop();
    if (found.has(path)) continue;
    const required = requirementsOf(packages[path]).map(({ name, need }) => {
      const at = installed(packages, path, name);
      if (at === undefined && need === 'must') throw new Error(`${path} needs ${name}, which package-lock.json does not have`);
      return at;
    }).filter((at) => at !== undefined);
    found.set(path, [...new Set(required)].sort());
    waiting.push(...required);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What npm installs along. `may`: only where the platform, or somebody else, has it. */
function requirementsOf({ dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} }) {
  const isOptionalPeer = (name) => peerDependenciesMeta[name]?.optional === true;
  return [
    ...Object.keys(dependencies).map((name) => ({ name, need: 'must' })),
    ...Object.keys(optionalDependencies).map((name) => ({ name, need: 'may' })),
    ...Object.keys(peerDependencies).filter((name) => !isOptionalPeer(name)).map((name) => ({ name, need: 'may' })),
  ];
}

/** Where Node.js finds it: beside, then further up. */
function installed(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (folder === '') return undefined;
  }
}

/** The bill as text. `parts` are brought along by the root beside its dependencies. */
export function billOf(manifest, lock, parts = []) {
  const names = [...Object.keys(manifest.dependencies), ...parts];
  const packages = productionPackages(lock, names);
  const bom = new Models.Bom();
  const root = componentOf(manifest.name, manifest, Enums.ComponentType.Application);
  bom.metadata.component = root;
  const components = new Map([...packages.keys()].map((path) => [path, componentAt(lock, path)]));
  for (const [path, required] of packages) {
    const component = components.get(path);
    for (const at of required) component.dependencies.add(components.get(at).bomRef);
    bom.components.add(component);
  }
  for (const name of names) root.dependencies.add(components.get(`node_modules/${name}`).bomRef);
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function componentAt({ packages }, path) {
  const entry = packages[path];
  // An alias (`npm:`) says its own name.
  const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const component = componentOf(name, entry, Enums.ComponentType.Library, path);
  for (const [algorithm, digest] of digestsOf(entry.integrity ?? '')) component.hashes.set(algorithm, digest);
  return component;
}

function componentOf(fullName, { version, license }, type, ref) {
  const [, group, name] = /^(?:(@[^/]+)\/)?(.+)$/.exec(fullName);
  const purl = `pkg:npm/${group === undefined ? '' : `${encodeURIComponent(group)}/`}${name}@${version}`;
  const component = new Models.Component(type, name, { group, version, purl, bomRef: ref === undefined ? purl : `${purl}#${ref}` });
  if (license !== undefined) component.licenses.add(licenseOf(license));
  return component;
}

function licenseOf(text) {
  return SPDX.isSupportedSpdxId(text) ? new Models.SpdxLicense(text) : new Models.LicenseExpression(text);
}

const ALGORITHMS = { sha512: 'SHA-512', sha384: 'SHA-384', sha256: 'SHA-256', sha1: 'SHA-1' };

/** npm's integrity (`sha512-<base64>`) as the digests of CycloneDX. */
function digestsOf(integrity) {
  return integrity.split(/\s+/).filter((word) => word !== '').map((word) => {
    const [algorithm, digest] = word.split('-');
    return [Enums.HashAlgorithm[ALGORITHMS[algorithm]], Buffer.from(digest, 'base64').toString('hex')];
  });
}

/** Writes the bill and answers where. */
export function writeBill(kind = 'package') {
  const [manifest, lock] = ['package.json', 'package-lock.json'].map((file) => JSON.parse(readFileSync(join(ROOT, file), 'utf8')));
  const file = kind === 'image' ? 'sbom-image.cdx.json' : 'dist/sbom.cdx.json';
  mkdirSync(dirname(join(ROOT, file)), { recursive: true });
  writeFileSync(join(ROOT, file), billOf(manifest, lock, kind === 'image' ? IMAGE_PARTS : []));
  return file;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(writeBill(process.argv.includes('--image') ? 'image' : 'package'));
