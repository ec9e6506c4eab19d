import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import typescript from 'typescript-eslint';

import svelteConfig from './svelte.config.js';

export default typescript.config(
  { ignores: ['dist/', 'node_modules/', 'src/ipc/generated/'] },
  js.configs.recommended,
  ...typescript.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    // TypeScript tells of names that do not exist, and knows the types among them.
    rules: { 'no-undef': 'off', 'svelte/no-at-html-tags': 'error' },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { parser: typescript.parser, extraFileExtensions: ['.svelte'], svelteConfig },
    },
  },
  {
    files: ['src/**'],
    ignores: ['src/ipc/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@tauri-apps/*'],
              message: 'Only src/ipc speaks to the program behind the window.',
            },
            {
              regex: 'ipc/generated',
              message: 'Take types from src/ipc, which names every one of them.',
            },
          ],
        },
      ],
      // A transition writes styles into the page, which its policy forbids.
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ImportDeclaration[source.value=/^svelte\\/(transition|animate)$/]',
          message:
            'Svelte’s transitions write inline styles, which the policy for the pages forbids.',
        },
        {
          selector: 'SvelteAttribute[key.name="style"]',
          message: 'A style attribute is an inline style, which the policy for the pages forbids.',
        },
      ],
    },
  },
);
