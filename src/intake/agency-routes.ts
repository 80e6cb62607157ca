import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Component } from '../agency/component.ts';
import type { AuthoriseLinks } from '../agency/links.ts';
import type { Components } from './component.ts';

export interface AgencyOptions {
  readonly components: Components;
  /** How the outside reaches the bridge; without a slash at its end. */
  readonly publicUrl: string;
}

/**
 * What an operator needs of a component: `GET /component/<name>` tells its state, `GET /component/<name>/authorize` gives
 * the links under which a merchant authorises it.
 */
export function addAgencyRoutes(router: Router, { components, publicUrl }: AgencyOptions): void {
  router.get('/component/:name', async (context) => {
    const component = components.get(context.params.name ?? '');
    if (component) context.body = await component.describe();
  });
  router.get('/component/:name/authorize', async (context) => {
    const component = components.get(context.params.name ?? '');
    if (!component) return;
    context.set('Cache-Control', 'no-store');
    // WeChat leads the merchant back to this address; the authorisation itself comes as an event.
    if (context.query.auth_code !== undefined)
      return showPage(context, '<p>授权完成。The account has authorised.</p>');
    await showLinks(context, component, `${publicUrl}/component/${component.name}/authorize`);
  });
}

async function showLinks(context: Context, component: Component, returnUrl: string): Promise<void> {
  const answer = await component.makeLinks(returnUrl);
  if (answer.kind !== 'ok') {
    const failure = answer.kind === 'noToken' ? answer.because : answer;
    context.status = 503;
    context.body = {
      error: failure.kind === 'stopped' ? failure.alarm : 'WeChat gives no code for an authorisation',
      ...(failure.kind === 'said' && { errcode: failure.errcode }),
    };
    return;
  }
  // `curl` takes anything, and gets JSON; a browser asks for HTML first.
  if (context.accepts('json', 'html') === 'html') showPage(context, writeLinks(answer.value));
  else context.body = answer.value;
}

function writeLinks({ desktop, mobile }: AuthoriseLinks): string {
  return (
    `<p><a href="${escapeHtml(desktop)}">电脑扫码授权 Authorise with a QR code</a></p>` +
    `<p><a href="${escapeHtml(mobile)}">在微信中打开授权 Authorise in WeChat</a></p>`
  );
}

function showPage(context: Context, content: string): void {
  context.type = 'html';
  // WeChat wants to see which domain the merchant comes from.
  context.set('Referrer-Policy', 'origin');
  context.set('Content-Security-Policy', "default-src 'none'");
  context.body = `<!doctype html><html lang="zh"><meta charset="utf-8"><title>授权</title>${content}</html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
