/**
 * What runs in a benchmark? The TypeScript source as the build compiles it, so that what is measured is what ships. (tsx wraps every
 * closure to keep its name, which costs the fold about a tenth of its speed.)
 */
'use strict';
const { existsSync, readFileSync } = require('node:fs');
const Module = require('node:module');
const ts = require('typescript');

const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.Node20, esModuleInterop: true, inlineSourceMap: true };
const resolveFilename = Module._resolveFilename;

/** Imports name the built file; the source lies beside where it would be. */
Module._resolveFilename = function resolve(request, parent, ...rest) {
  const source = request.startsWith('.') && request.endsWith('.js') ? request.replace(/\.js$/, '.ts') : request;
  const beside = parent?.path !== undefined && existsSync(require('node:path').resolve(parent.path, source));
  return resolveFilename.call(this, beside ? source : request, parent, ...rest);
};

/** Named `.cts` because only then the compiler keeps `import()` in CommonJS. */
require.extensions['.ts'] = (module, filename) => {
  const { outputText } = ts.transpileModule(readFileSync(filename, 'utf8'), { fileName: filename.replace(/\.ts$/, '.cts'), compilerOptions });
  module._compile(outputText, filename);
};
