import type { Browser, Page } from 'playwright-core';

/** Either end of a conversation as the page shows it. */
export type Side = 'phone' | 'desk' | 'second';

/** Opens the page in a context of its own; close the context after the test. */
export async function openSandboxPage(browser: Browser, url: string, locale = 'zh-CN'): Promise<Page> {
  const context = await browser.newContext({ locale, viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

export async function writeAt(page: Page, side: Side, text: string): Promise<void> {
  const line = page.locator(`#${side}-form input[type=text]`);
  await line.fill(text);
  await line.press('Enter');
}

/**
 * What was written with this mark, in the order in which it stands. A bubble may hold several texts: what waits together is
 * sent as one, a greeting before an answer too.
 */
export async function bubblesAt(page: Page, side: Side, mark: string): Promise<readonly string[]> {
  const texts = await page.locator(`#${side}-chat .bubble`).allTextContents();
  return texts.flatMap((text) => text.split('\n')).filter((text) => text.startsWith(mark));
}
