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
vi.stubGlobal('scrollTo', () => undefined);
Element.prototype.scrollIntoView = () => undefined;

afterEach(() => {
  clearMocks();
});
