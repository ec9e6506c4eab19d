import { configure } from '@testing-library/svelte';
import { afterEach, vi } from 'vitest';
import { clearMocks } from '@tauri-apps/api/mocks';

// A busy machine takes its time; nothing here is about how long something takes.
configure({ asyncUtilTimeout: 10_000 });

// jsdom lays nothing out, so it knows no width; the window is taken for a wide one.
vi.stubGlobal('matchMedia', (media: string) => ({
  media,
  matches: true,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}));
// Nothing changes its size there either.
vi.stubGlobal(
  'ResizeObserver',
  class {
    observe(): void {
      return;
    }
    disconnect(): void {
      return;
    }
  },
);
// Letters are measured by what a drawing falls back to.
HTMLCanvasElement.prototype.getContext = () => null;
vi.stubGlobal('scrollTo', () => undefined);
Element.prototype.scrollIntoView = () => undefined;

afterEach(() => {
  clearMocks();
});
