import { describe, expect, test } from 'vitest';
import { wechatOfficial as definition } from '../../../adapters/wechat-official/index.ts';
import { startWeChat } from '../../../sandbox/vendors/wechat.ts';
import type { Json } from '../../../src/model/message.ts';
import { account } from '../../bridge/account.ts';
import { describeMemory } from '../../contract/helpdesk-memory.ts';
import { describePulls } from '../../contract/helpdesk-pulls.ts';
import { conversation, NOW, openDesk, type Said } from './desk.ts';

describe('the adapter (wechat-official)', () => {
  const open = async () => {
    const desk = openDesk();
    const nothing = { secrets: [], behave: () => undefined, received: () => [] };
    return { ...nothing, adapter: desk.adapter, conversation, now: () => NOW, lines: desk.lines };
  };
  describeMemory({ open });

  // Over HTTP, against the pretended WeChat.
  describePulls(async () => {
    const clock = { now: NOW };
    const wechat = await startWeChat({
      ...account,
      kind: 'service',
      mode: 'safe',
      format: 'xml',
      now: () => clock.now,
      agents: [{ account: 'kf1@shop', nick: '小李' }],
    });
    const token = async () => {
      const asked = { grant_type: 'client_credential', appid: account.appid, secret: account.secret };
      const body = JSON.stringify(asked);
      const answer = await fetch(`${wechat.url}/cgi-bin/stable_token`, { method: 'POST', body });
      return ((await answer.json()) as { access_token: string }).access_token;
    };
    const failed = (how: string): Said => ({ failed: how });
    let behaviour = 'works';
    const call = async (path: string, body: Json | undefined): Promise<Said> => {
      if (behaviour !== 'works') return failed(behaviour);
      const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      const answer = await fetch(`${wechat.url}${path}?access_token=${await token()}`, init);
      const json = (await answer.json()) as { readonly [name: string]: Json } & { errcode?: number };
      return json.errcode ? failed(String(json.errcode)) : json;
    };
    const desk = openDesk(call);
    return {
      adapter: desk.adapter,
      conversation,
      now: () => clock.now,
      lines: desk.lines,
      secrets: [account.secret],
      behave: (how) => {
        behaviour = how;
      },
      received: () => [],
      topic: { topic: 'records' },
      agentSays(text) {
        wechat.actSilently(conversation.visitor, 'message');
        wechat.official.serve(conversation.visitor, true);
        wechat.official.say(conversation.visitor, text);
        // A line can be had a little after it was said.
        clock.now += 61_000;
        desk.clock.now = clock.now;
      },
      close: () => wechat.close(),
    };
  });

  test('hands over, and says so in its definition and in its port', () => {
    expect(definition?.handsOver).toBe(true);
    expect(openDesk().adapter.handOver).toBeDefined();
  });

  test('forwards nothing', async () => {
    const { adapter } = openDesk();
    const message = { id: 'm', conversation: 'c', direction: 'forward', seq: 1, writtenAt: NOW } as const;
    const memory = { conversation: undefined, helpdesk: undefined };
    const attempt = { key: 'm', number: 1, conversation, memory, progress: null, behind: [], explained: [] };
    const { signal } = new AbortController();
    const delivery = adapter.forward(
      { ...message, from: { role: 'visitor' }, parts: [] },
      { ...attempt, signal },
    );
    expect(await delivery).toMatchObject({ outcome: 'refused' });
  });
});
