import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Desks, desks as everyDesk } from '../../sandbox/desks.ts';
import { startQiyuDesk } from '../../sandbox/qiyu-desk.ts';
import { type Sandbox, startSandbox } from '../../sandbox/start.ts';
import { launchChromium } from './chromium.ts';
import { bubblesAt, openSandboxPage, writeAt } from './sandbox-page.ts';

/** Every vendor, and one more, so that there is something to change to. */
const desks: Desks = { ...everyDesk, twin: { zh: '双胞', en: 'Twin', sign: '双', start: startQiyuDesk } };

let sandbox: Sandbox;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
  sandbox = await startSandbox({ port: 0, desks, vendor: 'twin' });
});
afterAll(async () => {
  await browser?.close();
  await sandbox?.close();
});
beforeEach(async () => {
  page = await openSandboxPage(browser, sandbox.url);
});
afterEach(() => page.context().close());

const title = () => page.locator('#desk-title').textContent();
const choose = (vendor: string) => page.locator('#desk-choice').selectOption(vendor);

describe('the choice of a helpdesk', () => {
  test('offers every one, in both languages, and begins with the one that was asked for', async () => {
    const offered = () => page.locator('#desk-choice option').allTextContents();
    await expect.poll(title).toBe('双胞客服台');
    expect(await page.locator('#desk-sign').textContent()).toBe('双');
    expect(await offered()).toEqual(Object.values(desks).map(({ zh }) => `${zh}客服台`));
    await page.getByRole('button', { name: 'English' }).click();
    await expect.poll(title).toBe('Twin desk');
    await expect.poll(offered).toEqual(Object.values(desks).map(({ en }) => `${en} desk`));
    expect(await page.locator('#time').getAttribute('title')).toContain('Twin');
  });

  test('begins anew: nothing is left of what was, in any page', async () => {
    const other = await openSandboxPage(browser, sandbox.url);
    await writeAt(page, 'phone', 'old: 你好');
    await expect.poll(() => bubblesAt(other, 'desk', 'old')).toEqual(['old: 你好']);
    await page.locator('#time [data-leap=hour]').click();
    await page.locator('.journey', { hasText: 'old: ' }).click();
    await expect.poll(() => page.locator('#drawer').isVisible()).toBe(true);
    const { pid } = sandbox.state().bridge;

    await choose('qiyu');
    for (const each of [page, other]) {
      await expect.poll(() => each.locator('#desk-title').textContent()).toBe('七鱼客服台');
      expect(await bubblesAt(each, 'phone', 'old')).toEqual([]);
      expect(await bubblesAt(each, 'desk', 'old')).toEqual([]);
    }
    expect(await page.locator('#drawer').isVisible()).toBe(false);
    expect(await page.locator('.journey').count()).toBe(0);
    expect(sandbox.state()).toMatchObject({ movedMs: 0, bridge: { status: 'running', starts: 1 } });
    expect(sandbox.state().bridge.pid).not.toBe(pid);
    await expect.poll(() => page.locator('#desk-choice').isEnabled()).toBe(true);
    await other.context().close();
  });

  test.each(Object.entries(desks).filter(([, { leadsAway }]) => !leadsAway))(
    'lets %s carry a round trip',
    async (vendor, { zh }) => {
      await expect.poll(title).toContain('客服台');
      if ((await title()) !== `${zh}客服台`) await choose(vendor);
      await expect.poll(title).toBe(`${zh}客服台`);
      const ask = `${vendor}: 还有货吗？`;
      const answer = `${vendor}: 有的`;
      await writeAt(page, 'phone', ask);
      await expect.poll(() => bubblesAt(page, 'desk', vendor)).toEqual([ask]);
      await writeAt(page, 'desk', answer);
      await expect.poll(() => bubblesAt(page, 'phone', vendor)).toEqual([ask, answer]);
      await expect.poll(() => page.locator('#desk-session').textContent()).toBe('会话中');
      expect(sandbox.state().desks).toMatchObject([{ name: 'desk', vendor }]);
    },
  );

  test('knows no others', async () => {
    const answer = await fetch(`${sandbox.url}/api/vendor/desk/nobody`, { method: 'POST' });
    expect(answer.status).toBe(404);
  });
});
