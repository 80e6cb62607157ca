import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start.ts';
import { launchChromium } from './chromium.ts';
import { bubblesAt, openSandboxPage, type Side, writeAt } from './sandbox-page.ts';

let sandbox: Sandbox;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
  sandbox = await startSandbox({ port: 0, vendor: 'qiyu', second: 'zhichi' });
});
afterAll(async () => {
  await browser?.close();
  await sandbox?.close();
});
beforeEach(async () => {
  page = await openSandboxPage(browser, sandbox.url);
});
afterEach(() => page.context().close());

const choose = (visitor: string) => page.locator('#phone-visitors').getByText(visitor).click();
const write = (side: Side, text: string) => writeAt(page, side, text);
const bubbles = (side: Side, mark: string) => bubblesAt(page, side, mark);
const owner = () => page.locator('#owner').textContent();
const litRule = () => page.locator('#rule-list .is-last').getAttribute('data-rule');
const lastDecision = (visitor: string) =>
  page.locator('.decision', { hasText: visitor }).last().locator(':not(time)').allTextContents();
const count = (name: string) => page.locator(`[data-count="${name}"] b`).textContent();

describe('two helpdesks side by side', () => {
  test('a word of the visitor moves him to the other one, and the middle says by which rule', async () => {
    await choose('林晓');
    await write('phone', 'word: 还有货吗');
    await expect.poll(() => bubbles('desk', 'word')).toEqual(['word: 还有货吗']);
    expect(await litRule()).toBe('default');
    expect(await lastDecision('林晓')).toEqual(['林晓 → 七鱼', '没有规则成立']);

    await write('phone', 'word: 我要退款');
    await expect.poll(() => bubbles('second', 'word')).toEqual(['word: 我要退款']);
    await expect.poll(litRule).toBe('refund-word');
    expect(await lastDecision('林晓')).toEqual(['林晓: 七鱼 ⇒ 智齿', expect.stringContaining('退款')]);
    expect(await owner()).toBe('林晓：归智齿，会话进行中，只有规则能移走');

    await write('second', 'word: 为您办理');
    await write('desk', 'word: 还在吗');
    await expect.poll(async () => (await bubbles('phone', 'word')).length).toBe(4);
    expect(await bubbles('desk', 'word')).not.toContain('word: 为您办理');
    await page.locator('.journey', { hasText: '我要退款' }).click();
    await expect.poll(() => page.locator('#drawer .call b').allTextContents()).toContain('桥 → 智齿');
    await page.keyboard.press('Escape');
  });

  test('so does the page that he comes from', async () => {
    await choose('Anna');
    await page.locator('#enter-refund').click();
    await expect.poll(litRule).toBe('refund-page');
    await write('phone', 'page: 在吗');
    await expect.poll(() => bubbles('second', 'page')).toEqual(['page: 在吗']);
    expect(await bubbles('desk', 'page')).toEqual([]);
  });

  test('one that is off for too long loses its visitors to the other, and gets them again', async () => {
    await choose('陈阳');
    await write('phone', 'off: 1');
    await expect.poll(() => bubbles('desk', 'off')).toEqual(['off: 1']);
    await page.locator('#desk-switch').click();
    await write('phone', 'off: 2');
    await write('phone', 'off: 3');
    const waiting = page.locator('.waiting-row', { hasText: 'off: 2' });
    await expect.poll(() => waiting.locator('.chip').textContent()).toBe('等待中');
    expect(await bubbles('second', 'off')).toEqual([]);

    await page.locator('#time [data-leap=minute]').click();
    await expect.poll(() => bubbles('second', 'off')).toEqual(['off: 2', 'off: 3']);
    await expect.poll(litRule).toBe('outage');
    expect(await lastDecision('陈阳')).toEqual([
      '陈阳: 七鱼 ⇒ 智齿',
      '七鱼停机超时；2 条等待中的消息一起转去',
    ]);

    await page.locator('#desk-switch').click();
    await page.locator('#time [data-leap=minute]').click();
    await page.locator('#second-end').click();
    await expect.poll(owner).toBe('陈阳：上次归智齿，会话已结束，下一句话重新决定');
    await write('phone', 'off: 4');
    await expect.poll(() => bubbles('desk', 'off')).toEqual(['off: 1', 'off: 4']);
    expect(await lastDecision('陈阳')).toEqual(['陈阳: 智齿 ⇒ 七鱼', '没有规则成立']);
    await expect.poll(() => count('forward.underWay')).toBe('0');
    expect(await count('forward.arrived')).toBe(await count('forward.written'));
    expect([await count('forward.twice'), await count('forward.outOfOrder')]).toEqual(['0', '0']);
  });

  test('can be chosen in the page, in both languages: another, the other way round, one alone', async () => {
    const titles = () => page.locator('.desk-panel:visible h2').allTextContents();
    await page.getByRole('button', { name: 'English' }).click();
    await expect.poll(titles).toEqual(['Qiyu desk', 'Zhichi desk']);
    await page.locator('#second-choice').selectOption('webhook');
    await expect.poll(titles).toEqual(['Qiyu desk', 'Own desk']);
    expect(await page.locator('.journey').count()).toBe(0);
    await page.locator('#desk-choice').selectOption('webhook');
    await expect.poll(titles).toEqual(['Own desk', 'Qiyu desk']);
    await page.locator('#second-choice').selectOption('none');
    await expect.poll(titles).toEqual(['Own desk']);
    expect(await page.locator('#rules').isVisible()).toBe(false);
    await page.locator('#second-add').selectOption('zhichi');
    await expect.poll(titles).toEqual(['Own desk', 'Zhichi desk']);
    expect(await page.locator('#rule-list').textContent()).toContain('comes from the refund page→ Zhichi');
  });

  test('a desk that can be told of it reads that its visitor has left', async () => {
    await fetch(`${sandbox.url}/api/vendor/desk/webhook`, { method: 'POST' });
    await expect.poll(() => page.locator('#desk-title').textContent()).toBe('自有客服台');
    await write('phone', 'note: 在吗');
    await expect.poll(() => bubbles('desk', 'note')).toEqual(['note: 在吗']);
    await write('phone', 'note: refund');
    await expect.poll(() => bubbles('second', 'note')).toEqual(['note: refund']);
    const told = page.locator('#desk-chat .notice', { hasText: '桥提示' });
    await expect.poll(() => told.textContent()).toContain('访客已转由其他客服系统接待');
  });
});
