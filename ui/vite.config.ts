import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  // The window looks for this address in tauri.conf.json and nowhere else.
  server: { host: '127.0.0.1', port: 5173, strictPort: true },
  clearScreen: false,
  build: {
    target: ['es2022', 'safari16.4'],
    // The policy for the pages allows no inline script and no data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    restoreMocks: true,
    // A busy machine takes its time; what hangs is still found.
    testTimeout: 30_000,
  },
});
