/** The words for what was seen of the surroundings. */
import type { HostJson, LayerStateJson } from '../ipc/index.ts';
import { counted, type Status } from '../words.ts';

export function layerStatus(state: LayerStateJson): Status {
  switch (state) {
    case 'fine':
      return { word: 'Fine', tone: 'good' };
    case 'not_needed':
      return { word: 'Not needed', tone: 'quiet' };
    case 'not_reached':
      return { word: 'Not reached', tone: 'quiet' };
    case 'failed':
      return { word: 'Failed', tone: 'bad' };
  }
}

/** What is to be read beside the state; nothing that the state says already. */
export function beside(words: string): string {
  return words === 'Not reached.' ? '' : words;
}

/** This computer's clock beside a host's, which is told in whole seconds. */
export function clockWords(host: HostJson): string {
  const ahead = host.clock_difference_seconds;
  if (ahead === null) return 'The host told no time.';
  if (ahead === 0) return "The same as the host's.";
  return `${counted(Math.abs(ahead), 'second')} ${ahead < 0 ? "behind the host's" : "ahead of the host's"}.`;
}
