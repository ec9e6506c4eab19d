import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/**
 * Lets ECharts be loaded into the window, whose `Object.prototype` is frozen.
 *
 * One line of it assigns to `constructor` of a plain object, which a frozen prototype refuses;
 * defining it instead does the same. A version without that line fails here rather than in the
 * window.
 */
function drawsUnderFrozenPrototypes(): Plugin {
  const assigns = 'target[name_1] = noop;';
  const defines =
    'Object.defineProperty(target, name_1, { value: noop, writable: true, enumerable: true, configurable: true });';
  return {
    name: 'draws-under-frozen-prototypes',
    apply: 'build',
    transform(code, id) {
      if (!id.endsWith('/echarts/lib/core/Scheduler.js')) return null;
      if (!code.includes(assigns)) this.error('ECharts no longer has the line that is replaced.');
      return { code: code.replace(assigns, defines), map: null };
    },
  };
}

export default defineConfig({
  plugins: [svelte(), svelteTesting(), drawsUnderFrozenPrototypes()],
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
