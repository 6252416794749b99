/** What does lint hold? Strict types, the import walls, small pieces, and an engine without clock, chance or Node-RED. */
import tseslint from 'typescript-eslint';
import { floors } from './scripts/floors.mjs';

const engineGlobals = ['setTimeout', 'setInterval', 'setImmediate', 'performance', 'RED', 'process', 'fetch'];

const syntax = [
  { selector: 'TSEnumDeclaration', message: 'A closed union instead.' },
  { selector: 'TSNonNullExpression', message: 'Narrow the type instead.' },
];

const engineSyntax = [
  { selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]', message: 'The engine is given `now`.' },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'The engine is given `now`.' },
  { selector: 'CallExpression[callee.object.name="Date"][callee.property.name="parse"]', message: 'parseInstant reads outside text.' },
  { selector: 'CallExpression[callee.object.name="Math"][callee.property.name="random"]', message: 'The engine is given its randomness.' },
  { selector: 'CallExpression[callee.property.name=/^(randomUUID|randomBytes|randomInt)$/]', message: 'The engine is given its randomness.' },
];

const everywhere = {
  eqeqeq: 'error',
  'no-empty': ['error', { allowEmptyCatch: false }],
  'no-var': 'error',
  'prefer-const': 'error',
  'no-fallthrough': 'error',
  'no-self-compare': 'error',
  'no-unsafe-finally': 'error',
  'no-unreachable': 'error',
  'no-undef-init': 'error',
  'no-control-regex': 'error',
};

const size = {
  'max-lines': ['error', { max: 350 }],
  'max-lines-per-function': ['error', { max: 50 }],
  'max-len': ['error', { code: 160, ignoreRegExpLiterals: true }],
  complexity: ['error', 12],
};

export default tseslint.config(
  { ignores: ['dist*/', 'resources*/', 'node_modules/', '.bottega/', 'test/fixtures/**/node_modules/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' }, rules: everywhere },
  { files: ['**/*.mjs'], rules: { ...size, 'no-unused-vars': 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: ['tsconfig.json'], tsconfigRootDir: import.meta.dirname } },
    plugins: { bottega: { rules: { floors } } },
    rules: {
      'bottega/floors': 'error',
      'no-restricted-syntax': ['error', ...syntax],
      '@typescript-eslint/prefer-nullish-coalescing': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: false }],
    },
  },
  { files: ['engine/**/*.ts', 'nodes/**/*.ts', 'cli/**/*.ts', 'launcher/**/*.ts'], rules: { ...size, 'no-console': 'error' } },
  {
    files: ['engine/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...engineGlobals],
      'no-restricted-syntax': ['error', ...syntax, ...engineSyntax],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 400 }],
      // A row of a table stays one line.
      'max-len': ['error', { code: 240 }],
      // A test talks about untyped things (JSON answers, Node-RED's insides); the casts would say nothing.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
    },
  },
);
