import { describe, expect, test } from 'vitest';
import type { Account } from '../../sandbox/vendors/wechat/account.ts';
import { preparePush } from '../../sandbox/vendors/wechat/prepared-push.ts';
import { judgeAnswer } from '../../sandbox/vendors/wechat/verdict.ts';
import { startWeChat } from '../../sandbox/vendors/wechat.ts';
import { account } from '../bridge/account.ts';
import { NOW, settingsWith, VISITOR } from '../wechat/account.ts';
import { openDesk } from '../wechat/desk.ts';

/** A message of a visitor, pushed as an account of this kind pushes it, and what the channel makes of it. */
function pushTo({ kind, mode, format }: Pick<Account, 'kind' | 'mode' | 'format'>) {
  const common = { ToUserName: account.originalId, FromUserName: VISITOR, CreateTime: NOW / 1000, MsgId: 1n };
  const push = preparePush(
    { ...account, kind, mode, format },
    { url: 'http://bridge.example/wechat/shop', now: NOW },
    { message: { ...common, MsgType: 'text', Content: '人工' } },
  );
  const { channel } = openDesk([], { settings: { kind, mode, format } });
  const { pathname, searchParams } = new URL(push.url);
  const reading = channel.readPush(
    { method: 'POST', path: pathname, query: searchParams, headers: {}, body: push.body },
    NOW,
  );
  if (reading.kind !== 'visitor') throw new Error(`expected a visitor’s push, got ${reading.kind}`);
  return {
    transfer: channel.answerPush({ kind: 'transfer' }, reading.context, NOW).body,
    judge: (body: string) => judgeAnswer(push, { status: 200, body }, NOW),
  };
}

const safe = { kind: 'miniprogram', mode: 'safe', format: 'xml' } as const;

// The transfer to WeChat's own agents did nothing: it has to be the answer to the push, wrapped as the push was.
describe('a transfer to the official agents', () => {
  test.each([
    safe,
    { ...safe, format: 'json' },
    { ...safe, mode: 'plain' },
    { ...safe, mode: 'compatible', format: 'json' },
    { ...safe, kind: 'service' },
  ] as const)('is taken by WeChat from a $kind in $mode mode with $format', (settings) => {
    const { transfer, judge } = pushTo(settings);
    expect(judge(transfer)).toEqual({ kind: 'transfer' });
  });

  test('that is not encrypted, or is empty, is none, and WeChat says so', () => {
    const { judge } = pushTo(safe);
    expect(judge(pushTo({ ...safe, mode: 'plain' }).transfer)).toMatchObject({ kind: 'illegal' });
    expect(judge('')).toEqual({ kind: 'accepted', answer: 'empty' });
  });

  test('that is sent by the API for messages is refused', async () => {
    const wechat = await startWeChat({ ...account, ...safe });
    const call = async (path: string, body: object) => {
      const response = await fetch(`${wechat.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
      return (await response.json()) as { errcode?: number; access_token?: string };
    };
    const { appid, secret } = settingsWith();
    const credentials = { grant_type: 'client_credential', appid, secret };
    const { access_token } = await call('/cgi-bin/stable_token', credentials);
    wechat.actSilently(VISITOR, 'message');
    const answer = await call(`/cgi-bin/message/custom/send?access_token=${access_token}`, {
      touser: VISITOR,
      msgtype: 'transfer_customer_service',
    });
    await wechat.close();
    expect(answer.errcode).toBe(40008);
  });
});
