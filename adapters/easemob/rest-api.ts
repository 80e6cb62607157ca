import type { Tools } from '../../src/ports/helpdesk.ts';
import { type Answer, readAnswer } from './answer.ts';
import type { EasemobSettings } from './settings.ts';
import { signCall } from './signature.ts';

/** The one endpoint of the REST API channel. */
export interface RestApi {
  /** A message of a visitor; `body` is signed and sent to the byte. */
  send(body: Buffer, signal: AbortSignal): Promise<Answer>;
}

/** How long a signature is good: `-1` would be for ever, and so is never said. */
const validForMs = 60_000;

export function createRestApi(
  settings: EasemobSettings,
  tools: Pick<Tools, 'fetch' | 'now' | 'log'>,
): RestApi {
  const path = `/api/tenants/${settings.tenantId}/rest/channels/${settings.channelId}/messages`;
  const url = `${settings.kefuBase.replace(/\/+$/, '')}${path}`;

  async function callOnce(body: Buffer, signal: AbortSignal): Promise<Answer> {
    const result = await tools.fetch({
      method: 'POST',
      url,
      name: '/rest/messages',
      body,
      timeoutMs: settings.timeoutMs,
      connectTimeoutMs: 5000,
      priority: 2,
      signal,
      seal: () => ({ url, body, headers: headersOf(body) }),
    });
    return readAnswer(result, tools.now());
  }

  function headersOf(body: Buffer): Readonly<Record<string, string>> {
    const expires = String(tools.now() + validForMs);
    const signed = { method: 'POST', path: new URL(url).pathname, expires, body };
    const signature = signCall(settings.restClientSecret ?? '', signed, settings.restMd5);
    return {
      'content-type': 'application/json; charset=utf-8',
      'x-auth-expires': expires,
      authorization: `hmac ${settings.restClientId}:${signature}`,
    };
  }

  return {
    async send(body, signal) {
      const first = await callOnce(body, signal);
      // The call may have waited until its signature was too old: once more, with a new one.
      const isStale = first.kind === 'said' && first.status === 401;
      const answer = isStale ? await callOnce(body, signal) : first;
      if (answer.kind === 'said') tools.log.warn('easemob.refused', { call: path, status: answer.status });
      return answer;
    },
  };
}
