/**
 * Preloaded into node-red-dev: what it would ask the network for is answered from what is installed here, so that every check that can be
 * made without the network is made. The catalogue is empty (N01 and P08 ask who else uses a name), D03 asks for the latest versions.
 */
const { readFileSync } = require('node:fs');
const Module = require('node:module');

const { BOTTEGA_ROOT: root } = process.env;
const load = Module._load;

const versions = ['node-red', 'node-red-4'].map((name) => JSON.parse(readFileSync(`${root}/node_modules/${name}/package.json`, 'utf8')));
const [latest, maintenance] = versions;
const registry = {
  'dist-tags': { 'latest': latest.version, 'v4-maintenance': maintenance.version },
  'versions': Object.fromEntries(versions.map((manifest) => [manifest.version, manifest])),
};

/** Every package that our lockfile installs for users, as `name@version`. */
function installed() {
  const { packages } = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8'));
  return Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${version}`);
}

const answers = {
  'axios': { get: (url) => Promise.resolve({ data: url.includes('catalogue') ? { modules: [] } : registry }) },
  'npm-remote-ls': { ls: (_name, _version, _flatten, done) => { done(installed()); }, config: () => undefined },
  'npm-check': () => Promise.resolve({ get: () => [] }),
};

Module._load = function (request, ...rest) {
  return Object.hasOwn(answers, request) ? answers[request] : load.call(this, request, ...rest);
};
