/**
 * The layout of our code: quotes, commas, spaces and indentation, kept by ESLint Stylistic. Line breaks stay where their author put them.
 * `npm run format` mends what it can, `npm run format -- --check` only prints it; other arguments are the files to format, instead of all.
 */
import stylistic from '@stylistic/eslint-plugin';
import { ESLint } from 'eslint';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';

const FILES = ['**/*.{ts,mjs,cjs}'];
const OURS = ['engine', 'nodes', 'cli', 'launcher', 'flows', 'widgets', 'scripts', 'test', 'bench', 'docs', 'eslint.config.mjs'];

const STYLE = {
  'array-bracket-spacing': ['error', 'never'],
  'arrow-parens': ['error', 'always'],
  'arrow-spacing': 'error',
  'block-spacing': 'error',
  'comma-dangle': ['error', 'always-multiline'],
  'comma-spacing': 'error',
  'comma-style': 'error',
  'computed-property-spacing': 'error',
  'dot-location': ['error', 'property'],
  'eol-last': 'error',
  'function-call-spacing': 'error',
  indent: ['error', 2, { SwitchCase: 1, flatTernaryExpressions: true, offsetTernaryExpressions: false }],
  'key-spacing': 'error',
  'keyword-spacing': 'error',
  'lines-between-class-members': ['error', 'always', { exceptAfterSingleLine: true }],
  'member-delimiter-style': ['error', { singleline: { delimiter: 'semi', requireLast: false } }],
  'new-parens': 'error',
  'no-extra-semi': 'error',
  'no-floating-decimal': 'error',
  'no-multi-spaces': ['error', { ignoreEOLComments: true }],
  'no-multiple-empty-lines': ['error', { max: 1, maxBOF: 0, maxEOF: 0 }],
  'no-tabs': 'error',
  'no-trailing-spaces': 'error',
  'no-whitespace-before-property': 'error',
  'object-curly-spacing': ['error', 'always'],
  'operator-linebreak': ['error', 'before', { overrides: { '=': 'after' } }],
  'padded-blocks': ['error', 'never'],
  quotes: ['error', 'single', { avoidEscape: true }],
  'rest-spread-spacing': 'error',
  semi: ['error', 'always'],
  'semi-spacing': 'error',
  'semi-style': 'error',
  'space-before-blocks': 'error',
  'space-before-function-paren': ['error', { anonymous: 'always', named: 'never', asyncArrow: 'always' }],
  'space-infix-ops': 'error',
  'space-unary-ops': 'error',
  'spaced-comment': ['error', 'always', { block: { balanced: true } }],
  'switch-colon-spacing': 'error',
  'template-curly-spacing': 'error',
  'type-annotation-spacing': 'error',
  'type-generic-spacing': 'error',
  'type-named-tuple-spacing': 'error',
};

process.chdir(resolve(dirname(fileURLToPath(import.meta.url)), '..'));
const args = process.argv.slice(2);
const isCheck = args.includes('--check');
const named = args.filter((arg) => !arg.startsWith('--'));
const eslint = new ESLint({
  fix: !isCheck,
  overrideConfigFile: true,
  errorOnUnmatchedPattern: false,
  overrideConfig: [
    { ignores: ['**/node_modules/', '**/dist*/', 'resources*/', 'examples/*.json'] },
    {
      files: FILES,
      linterOptions: { noInlineConfig: true },
      languageOptions: { parser: tseslint.parser },
      plugins: { '@stylistic': stylistic },
      rules: Object.fromEntries(Object.entries(STYLE).map(([rule, setting]) => [`@stylistic/${rule}`, setting])),
    },
  ],
});

const results = await eslint.lintFiles(named.length > 0 ? named : OURS);
if (!isCheck) await ESLint.outputFixes(results);
const left = results.flatMap(placesIn);
for (const one of left) console.log(one);
const mended = results.filter(({ output }) => output !== undefined).length;
console.log(isCheck ? `${results.length} files, ${left.length} places to be formatted` : `${mended} of ${results.length} files formatted`);
process.exitCode = left.length > 0 ? 1 : 0;

function placesIn({ filePath, messages }) {
  const errors = messages.filter(({ severity }) => severity === 2);
  return errors.map(({ line, ruleId, message }) => `${relative(process.cwd(), filePath)}:${line}: ${message} (${ruleId})`);
}
