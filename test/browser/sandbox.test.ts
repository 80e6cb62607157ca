import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start.ts';
import { launchChromium } from './chromium.ts';
import { bubblesAt, openSandboxPage, type Side, writeAt } from './sandbox-page.ts';

let sandbox: Sandbox;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
  sandbox = await startSandbox({ port: 0 });
  expect(sandbox.state().bridge).toMatchObject({ status: 'running' });
});

afterAll(async () => {
  await browser?.close();
  await sandbox?.close();
});

afterEach(async () => {
  await page.context().close();
});

async function openPage(visitor: string, locale?: string): Promise<void> {
  page = await openSandboxPage(browser, sandbox.url, locale);
  await page.locator('#phone-visitors').getByText(visitor).click();
}

const write = (side: Side, text: string) => writeAt(page, side, text);
const bubbles = (side: Side, mark: string) => bubblesAt(page, side, mark);

async function sendSamplePicture(side: Side): Promise<void> {
  await page.locator(`#${side}-form .picture`).click();
  await page.locator(`#${side}-form [data-item=samplePicture]`).click();
}

/** The chip of a message in the middle. */
const stateOf = (text: string) => page.locator('.journey', { hasText: text }).locator('.chip');
const waiting = (text: string) => page.locator('.waiting-row', { hasText: text });
const count = (name: string) => page.locator(`[data-count="${name}"] b`).textContent();

/** What of an image element is looked at; this program knows no DOM. */
interface Image {
  readonly naturalWidth: number;
  readonly src: string;
}

/** The pictures of one side that have loaded; the address says what they look like. */
function pictures(side: Side): Promise<readonly string[]> {
  return page
    .locator(`#${side}-chat img.bubble-picture`)
    .evaluateAll((images: readonly Image[]) =>
      images.filter(({ naturalWidth }) => naturalWidth > 0).map(({ src }) => src),
    );
}

describe('the sandbox', () => {
  test('a round trip shows at both ends and in the middle', async () => {
    await openPage('林晓');
    await write('phone', 'ask: 还有货吗？<b>');
    await expect.poll(() => bubbles('desk', 'ask')).toEqual(['ask: 还有货吗？<b>']);
    await expect.poll(() => stateOf('ask: ').textContent()).toBe('已转发');

    await write('desk', 'answer: 有的');
    await expect.poll(() => bubbles('phone', 'answer')).toEqual(['answer: 有的']);
    await expect.poll(() => stateOf('answer: ').textContent()).toBe('已送达');
  });

  test('the raw bodies of a message can be read: as they came, in clear, and as they went on', async () => {
    await openPage('林晓');
    await write('phone', 'raw: 你好');
    await expect.poll(() => stateOf('raw: ').textContent()).toBe('已转发');
    await page.locator('.journey', { hasText: 'raw: ' }).click();
    const calls = page.locator('#drawer .call');
    const push = calls.filter({ hasText: '/wechat/shop' });
    await expect
      .poll(() => push.locator('pre').allTextContents())
      .toEqual([
        expect.stringMatching(/<Encrypt>/),
        expect.stringContaining('<Content><![CDATA[raw: 你好]]></Content>'),
        'success',
      ]);
    await expect
      .poll(() => calls.filter({ hasText: '/openapi/message/send' }).locator('pre').allTextContents())
      .toEqual([expect.stringContaining('raw: 你好'), expect.stringContaining('200')]);
  });

  test('a picture goes both ways and is the same at both ends', async () => {
    await openPage('陈阳');
    await sendSamplePicture('phone');
    await expect.poll(() => pictures('desk')).toHaveLength(1);
    await sendSamplePicture('desk');
    await expect.poll(() => pictures('phone')).toHaveLength(2);
    expect(await pictures('phone')).toEqual(await pictures('desk'));
  });

  test('a message waits while the helpdesk is off, and arrives once when it is back', async () => {
    await openPage('Anna');
    await page.locator('#desk-switch').click();
    await write('phone', 'patience: 1');
    await write('phone', 'patience: 2');
    await expect.poll(() => waiting('patience: 1').locator('.chip').textContent()).toBe('等待中');
    await expect.poll(() => waiting('patience: 2').locator('.when').textContent()).toBe('排在前一条之后');
    expect(await bubbles('desk', 'patience')).toEqual([]);

    await page.locator('#desk-switch').click();
    await expect.poll(() => bubbles('desk', 'patience')).toEqual(['patience: 1', 'patience: 2']);
    await expect.poll(() => waiting('patience').count()).toBe(0);
    expect(await count('forward.twice')).toBe('0');
  });

  test('a killed bridge loses nothing: what it had, and what was written meanwhile, arrives in order', async () => {
    await openPage('Anna');
    await page.locator('#desk-switch').click();
    await write('phone', 'kill: 1 stored');
    await write('phone', 'kill: 2 stored');
    await expect.poll(() => waiting('stored').count()).toBe(2);

    await page.locator('#bridge-kill').click();
    await expect.poll(() => page.locator('#bridge-state').textContent()).toContain('SIGKILL');
    await write('phone', 'kill: 3 at the door');
    await expect.poll(() => waiting('3 at the door').locator('.chip').textContent()).toBe('门外等候');
    await write('phone', 'kill: 4 at the door');
    await write('desk', 'kill: answer at the door');
    await expect.poll(() => waiting('at the door').count()).toBe(3);

    await page.locator('#bridge-start').click();
    await page.locator('#desk-switch').click();
    await expect.poll(async () => (await bubbles('desk', 'kill: ')).length).toBe(5);
    const [answer, first, second, ...others] = await bubbles('desk', 'kill: ');
    expect([answer, first, second]).toEqual(['kill: answer at the door', 'kill: 1 stored', 'kill: 2 stored']);
    // WeChat repeats each push on its own: which of these is first depends on when the bridge comes back.
    expect(others.toSorted()).toEqual(['kill: 3 at the door', 'kill: 4 at the door']);
    await expect.poll(() => bubbles('phone', 'kill: answer')).toEqual(['kill: answer at the door']);
    for (const side of ['forward', 'reply']) {
      await expect.poll(() => count(`${side}.underWay`)).toBe('0');
      expect(await count(`${side}.arrived`)).toBe(await count(`${side}.written`));
      expect(await count(`${side}.twice`)).toBe('0');
      expect(await count(`${side}.outOfOrder`)).toBe('0');
    }
  });

  test('many lines take few sends; what is over shows as held, and goes when the visitor writes', async () => {
    await openPage('陈阳');
    const fromAgent = page.locator('#phone-chat .message.other');
    const inWindow = (name: string) => page.locator(`#window [data-window=${name}]`);
    const note = (text: string) => page.locator('#desk-chat .message', { hasText: text }).locator('.note');
    await write('phone', 'many: 在吗');
    await expect.poll(() => bubbles('desk', 'many')).toEqual(['many: 在吗']);
    const before = await fromAgent.count();

    const lines = Array.from({ length: 8 }, (_, index) => `many: ${index + 1}`);
    for (const line of lines) {
      await write('desk', line);
      await expect.poll(() => bubbles('desk', line)).toEqual([line]);
    }
    const linesRead = async () => (await bubbles('phone', 'many: ')).slice(1);
    await expect.poll(linesRead).toEqual(lines);
    expect((await fromAgent.count()) - before).toBeLessThanOrEqual(5);
    expect(await page.locator('.joined').last().textContent()).toMatch(/^合并下发 \d 条$/);

    await page.locator('.journey', { hasText: 'many: 8' }).click();
    const sends = page.locator('#drawer .call', { hasText: '/message/custom/send' });
    await expect
      .poll(() => sends.locator('pre').first().textContent())
      .toContain(String.raw`many: 7\nmany: 8`);
    await page.keyboard.press('Escape');

    // Pictures join nothing: each takes a send at once.
    const left = (await inWindow('pips').textContent())?.match(/●/g) ?? [];
    expect(left.length).toBeGreaterThan(0);
    for (const _ of left) await sendSamplePicture('desk');
    await expect.poll(() => inWindow('sends').textContent()).toBe('额度用完');
    expect(await inWindow('left').textContent()).toMatch(/^窗口剩 47 小时 \d+ 分$/);
    await write('desk', 'many: 9 over');
    await expect.poll(() => waiting('9 over').locator('.chip').textContent()).toBe('暂存');
    await write('desk', 'many: 10 over');
    await expect.poll(() => waiting('10 over').locator('.when').textContent()).toBe('额度用完，等访客发言');
    await expect.poll(() => inWindow('held').textContent()).toBe('暂存 2 条：额度用完');
    await expect.poll(() => note('10 over').textContent()).toBe('暂存：额度用完，访客发言后送达');
    expect(await note('many: 8').count()).toBe(0);
    expect(await count('reply.underWay')).toBe('2');

    await write('phone', 'still there');
    await expect.poll(async () => (await linesRead()).slice(8)).toEqual(['many: 9 over', 'many: 10 over']);
    await expect.poll(() => count('reply.underWay')).toBe('0');
    expect(await inWindow('held').textContent()).toBe('');
    expect(await note('over').count()).toBe(0);
    expect(await count('reply.arrived')).toBe(await count('reply.written'));
    expect([await count('reply.twice'), await count('reply.outOfOrder')]).toEqual(['0', '0']);
  });

  test('two days later the window is closed: replies are held, arrive when the visitor writes, or expire', async () => {
    await openPage('陈阳');
    const inWindow = (name: string) => page.locator(`#window [data-window=${name}]`);
    const note = (text: string) => page.locator('#desk-chat .message', { hasText: text }).locator('.note');
    // A notice that was held may go along with it.
    const onPhone = (text: string) => page.locator('#phone-chat .bubble', { hasText: text });
    const leap = (name: string) => page.locator(`#time [data-leap=${name}]`).click();
    await write('phone', 'late: 在吗');
    await expect.poll(() => bubbles('desk', 'late')).toEqual(['late: 在吗']);
    const starts = sandbox.state().bridge.starts;

    await leap('minute');
    await leap('hour');
    await leap('twoDays');
    await expect.poll(() => page.locator('#time-now').textContent()).toContain('（已拨快 49 小时 1 分）');
    await expect.poll(() => inWindow('sends').textContent()).toBe('窗口已关');
    await write('desk', 'late: 1 held');
    await expect.poll(() => note('late: 1').textContent()).toBe('暂存：窗口已关，访客发言后送达');
    expect(await onPhone('late: 1').count()).toBe(0);

    // A new process has the same time.
    await page.locator('#bridge-kill').click();
    await page.locator('#bridge-start').click();
    await expect.poll(() => sandbox.state().bridge).toMatchObject({ status: 'running', starts: starts + 1 });
    await write('phone', 'late: 我回来了');
    await expect.poll(() => onPhone('late: 1 held').count()).toBe(1);
    await expect.poll(() => bubbles('desk', 'late: 我')).toEqual(['late: 我回来了']);
    expect(await note('late: 1').count()).toBe(0);

    await leap('twoDays');
    await write('desk', 'late: 2 never');
    await expect.poll(() => note('late: 2').textContent()).toBe('暂存：窗口已关，访客发言后送达');
    await leap('twoDays');
    await expect.poll(() => note('late: 2').textContent()).toBe('已过期，未送达');
    await expect.poll(() => stateOf('late: 2').textContent()).toBe('已过期');
    await expect.poll(() => inWindow('expired').textContent()).toBe('过期 1 条');
    expect(await count('reply.expired')).toBe('1');
    expect(await count('reply.underWay')).toBe('0');
    await write('phone', 'late: 还在吗');
    await expect.poll(() => bubbles('desk', 'late: 还')).toEqual(['late: 还在吗']);
    expect(await onPhone('late: 2').count()).toBe(0);
  });

  test('the language follows the browser, can be switched, and is remembered', async () => {
    await openPage('Anna', 'en-US');
    const title = page.locator('#flow-title');
    expect(await title.textContent()).toBe('What happens to each message');
    await page.getByRole('button', { name: '中文' }).click();
    expect(await title.textContent()).toBe('消息去向');
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    await page.reload();
    await expect.poll(() => title.textContent()).toBe('消息去向');
  });

  test('another site’s page cannot act through the browser', async () => {
    await openPage('Anna');
    const url = `${sandbox.url}/api/bridge/kill`;
    const refused = await fetch(url, { method: 'POST', headers: { Origin: 'http://evil.example' } });
    expect(refused.status).toBe(403);
    expect(sandbox.state().bridge.status).toBe('running');
  });
});
