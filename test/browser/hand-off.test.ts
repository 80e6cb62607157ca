import { expect, test } from 'vitest';
import { startSandbox } from '../../sandbox/start.ts';
import { launchChromium } from './chromium.ts';
import { bubblesAt, openSandboxPage, writeAt } from './sandbox-page.ts';

test('a card leads the visitor to the vendor’s own chat, where agents read what he wrote before', async () => {
  const browser = await launchChromium();
  const sandbox = await startSandbox({ port: 0, vendor: 'wecom-kf-handoff' });
  try {
    const page = await openSandboxPage(browser, sandbox.url);
    const notices = () => page.locator('#desk-chat .notice').allTextContents();
    const count = (name: string) => page.locator(`[data-count="forward.${name}"] b`).textContent();
    await writeAt(page, 'phone', 'away: 还有货吗');
    await page.locator('#phone-chat .card button').click();
    const threads = page.locator('#threads');
    await expect.poll(() => threads.locator('[aria-pressed=true]').textContent()).toBe('微信客服');
    await expect.poll(notices).toEqual([expect.stringContaining('我：away: 还有货吗')]);

    await writeAt(page, 'phone', 'away: 你好');
    await expect.poll(() => bubblesAt(page, 'desk', 'away')).toEqual(['away: 你好']);
    await writeAt(page, 'desk', 'away: 有的');
    await expect.poll(() => bubblesAt(page, 'phone', 'away')).toEqual(['away: 你好', 'away: 有的']);
    await expect.poll(() => page.locator('#desk-session').textContent()).toBe('会话中');

    // Back in the mini-program he is read, and answered, all the same.
    await threads.getByText('小程序').click();
    await expect.poll(() => bubblesAt(page, 'phone', 'away')).toEqual(['away: 还有货吗']);
    await writeAt(page, 'phone', 'away: 还在');
    await expect.poll(async () => (await notices()).at(-1)).toContain('away: 还在');
    await writeAt(page, 'desk', 'away: 请稍等');
    await expect.poll(async () => (await bubblesAt(page, 'phone', 'away')).at(-1)).toBe('away: 请稍等');
    await expect.poll(() => count('underWay')).toBe('0');
    expect([await count('written'), await count('arrived'), await count('twice')]).toEqual(['2', '2', '0']);
  } finally {
    await browser.close();
    await sandbox.close();
  }
});
