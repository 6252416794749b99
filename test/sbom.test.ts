/** Does the bill of materials name everything that comes along, and nothing else? Against the lock file, and against the schema of CycloneDX. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { ROOT } from './support/product.js';

interface LockEntry {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}
interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>;
}
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies: Readonly<Record<string, string>>;
}
interface Component {
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly 'bom-ref': string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly { readonly license?: { readonly id: string }; readonly expression?: string }[];
}
interface Bill {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}
interface Sbom {
  readonly IMAGE_PARTS: readonly string[];
  billOf(manifest: Manifest, lock: Lock, parts?: readonly string[]): string;
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function validator(): (bill: unknown) => string {
  const schemas = join(dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json')), 'res/schema');
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  // Of names in languages other than ours: there are none in it.
  for (const format of ['idn-email', 'iri-reference', 'iri']) ajv.addFormat(format, true);
  for (const part of ['spdx', 'jsf-0.82']) {
    const { $id: _id, ...schema } = json(join(schemas, `${part}.SNAPSHOT.schema.json`)) as Record<string, unknown>;
    // Under the name by which the other one asks for it.
    ajv.addSchema(schema, `http://cyclonedx.org/schema/${part}.SNAPSHOT.schema.json`);
  }
  const validate = ajv.compile(json(join(schemas, 'bom-1.6.SNAPSHOT.schema.json')) as object);
  return (bill) => (validate(bill) ? '' : ajv.errorsText(validate.errors));
}

describe('npm run sbom', () => {
  const [manifest, lock] = [json(join(ROOT, 'package.json')) as Manifest, json(join(ROOT, 'package-lock.json')) as Lock];
  let sbom: Sbom;
  let bill: Bill;
  before(async () => {
    sbom = await import(join(ROOT, 'scripts/sbom.mjs')) as Sbom;
    bill = JSON.parse(sbom.billOf(manifest, lock)) as Bill;
  });

  it('names every package that is installed with this one, with version, address, digest and license', () => {
    const expected = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true).map(([path, { version = '', license, integrity = '' }]) => {
      const purl = `pkg:npm/${path.slice(path.lastIndexOf('node_modules/') + 13).replace('@', '%40')}@${version}`;
      return { purl, version, digest: Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex'), license };
    });
    const found = bill.components.map(({ purl, version, hashes = [], licenses = [] }) => {
      return { purl, version, digest: hashes[0]?.content, license: licenses[0]?.license?.id ?? licenses[0]?.expression };
    });
    const byAddress = (a: { purl: string }, b: { purl: string }): number => (a.purl < b.purl ? -1 : 1);
    assert.deepEqual(found.sort(byAddress), expected.sort(byAddress));
    assert.ok(found.length > 100 && found.every(({ digest, license }) => /^[0-9a-f]{128}$/.test(digest ?? '') && license !== undefined));
  });

  it('says of the package itself which ones it asks for', () => {
    const { component } = bill.metadata;
    assert.equal(component.purl, `pkg:npm/%40bottega/node-red-dashboard-2-kpi@${manifest.version}`);
    const names = new Map(bill.components.map((each) => [each['bom-ref'], each.group === undefined ? each.name : `${each.group}/${each.name}`]));
    const asked = bill.dependencies.find(({ ref }) => ref === component['bom-ref'])?.dependsOn ?? [];
    assert.deepEqual(asked.map((ref) => names.get(ref)).sort(), Object.keys(manifest.dependencies).sort());
  });

  it('is CycloneDX 1.6, also of the image, and the same bytes each time', () => {
    const faults = validator();
    assert.equal(faults(bill), '');
    const image = sbom.billOf(manifest, lock, sbom.IMAGE_PARTS);
    assert.equal(faults(JSON.parse(image)), '');
    assert.equal(sbom.billOf(manifest, lock, sbom.IMAGE_PARTS), image);
    const purls = (JSON.parse(image) as Bill).components.map(({ purl }) => purl.replace(/@[^@]*$/, ''));
    for (const name of ['node-red', '%40flowfuse/node-red-dashboard', 'openid-client', 'express', 'aedes']) assert.ok(purls.includes(`pkg:npm/${name}`), name);
    assert.ok(!purls.includes('pkg:npm/mocha'));
    assert.match(faults({ ...bill, components: [{ type: 'library' }] }), /name/);
  });

  it('keeps the parts of the image that docker/Dockerfile keeps', () => {
    const kept = /for name in ([^;]+);/.exec(readFileSync(join(ROOT, 'docker/Dockerfile'), 'utf8'))?.[1]?.split(' ');
    assert.deepEqual([...sbom.IMAGE_PARTS], kept);
  });

  it('takes the version that each package gets, and stops where one is not in the lock file', () => {
    const own = { name: 'x', version: '1.0.0', dependencies: { a: '1', b: '1' } };
    const packages = {
      'node_modules/a': { version: '1.0.0', dependencies: { c: '2' } }, 'node_modules/a/node_modules/c': { version: '2.0.0' },
      'node_modules/b': { version: '1.0.0', dependencies: { c: '1' } }, 'node_modules/c': { version: '1.0.0' }, 'node_modules/d': { version: '1.0.0' },
    };
    const { components, dependencies } = JSON.parse(sbom.billOf(own, { packages })) as Bill;
    assert.deepEqual(components.map(({ purl }) => purl).sort(), ['pkg:npm/a@1.0.0', 'pkg:npm/b@1.0.0', 'pkg:npm/c@1.0.0', 'pkg:npm/c@2.0.0']);
    assert.deepEqual(dependencies.find(({ ref }) => ref.startsWith('pkg:npm/a@'))?.dependsOn, ['pkg:npm/c@2.0.0#node_modules/a/node_modules/c']);
    assert.throws(() => sbom.billOf(own, { packages: { ...packages, 'node_modules/b': { version: '1.0.0', dependencies: { e: '1' } } } }), /node_modules\/b needs e/);
  });
});
