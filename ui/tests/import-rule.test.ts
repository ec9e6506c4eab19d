import { ESLint } from 'eslint';
import { expect, it } from 'vitest';

const eslint = new ESLint();

async function rulesBrokenBy(code: string, filePath: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return result?.messages.map(({ ruleId }) => ruleId) ?? [];
}

it('only src/ipc speaks to the program behind the window', async () => {
  const code = "import { invoke } from '@tauri-apps/api/core';\nvoid invoke('home');\n";
  expect(await rulesBrokenBy(code, 'src/home/planted.ts')).toContain('no-restricted-imports');
  expect(await rulesBrokenBy(code, 'src/ipc/planted.ts')).toEqual([]);
});

it('nothing writes a style into a page, since the policy for the pages forbids it', async () => {
  const attribute = '<p style="color: red">Red</p>\n';
  const transition =
    '<script lang="ts">\n  import { fade } from \'svelte/transition\';\n</script>\n<p transition:fade>Fades</p>\n';
  for (const code of [attribute, transition]) {
    expect(await rulesBrokenBy(code, 'src/home/Planted.svelte')).toContain('no-restricted-syntax');
  }
});
