import js from '@eslint/js';
import globals from 'globals';

const rules = {
  'no-var': 'error',
  'prefer-const': 'error',
  'eqeqeq': ['error', 'always', { null: 'ignore' }],
  'no-implicit-globals': 'error',
  'no-eval': 'error',
  'no-implied-eval': 'error',
  'no-unused-vars': ['error', { argsIgnorePattern: '^_',
    caughtErrors: 'none' }],
  'max-lines': ['error', { max: 700 }],

  // what a person or a guest wrote is text, never markup
  'no-restricted-properties': ['error',
    { property: 'innerHTML', message: 'Use textContent or nodes.' },
    { property: 'outerHTML', message: 'Use textContent or nodes.' },
    { property: 'insertAdjacentHTML', message: 'Use nodes.' },
    { object: 'document', property: 'write', message: 'Use nodes.' }],
};

export default [
  { ignores: ['build/**', 'run/**', 'node_modules/**', 't/servroot*/**',
    'html/vendor/**'] },
  js.configs.recommended,
  {
    files: ['html/**/*.js'],
    languageOptions: { ecmaVersion: 2023, sourceType: 'module',
      globals: globals.browser },
    rules,
  },
  {
    files: ['t/**/*.{js,mjs}', 'bench/*.mjs', 'scripts/*.mjs', '*.js'],
    languageOptions: { ecmaVersion: 2023, sourceType: 'module',
      globals: { ...globals.node, ...globals.browser } },
    rules,
  },
];
