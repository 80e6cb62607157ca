import { describe, expect, test } from 'vitest';
import { easemob } from '../../adapters/easemob/index.ts';
import { outcomeOf as outcomeOfEasemob } from '../../adapters/easemob/outcome.ts';
import { outcomeOf as outcomeOfMeiqia } from '../../adapters/meiqia/outcome.ts';
import { qiyu } from '../../adapters/qiyu/index.ts';
import { outcomeOf as outcomeOfQiyu } from '../../adapters/qiyu/outcome.ts';
import { webhook } from '../../adapters/webhook/index.ts';
import { outcomeOf as outcomeOfWebhook } from '../../adapters/webhook/outcome.ts';
import { wecomKfChannel } from '../../adapters/wecom-kf/channel/index.ts';
import { wecomKf } from '../../adapters/wecom-kf/index.ts';
import { outcomeOf as outcomeOfWecom } from '../../adapters/wecom-kf/outcome.ts';
import { outcomeOf as outcomeOfZhichi } from '../../adapters/zhichi/outcome.ts';
import type { VendorAnswer } from '../../src/ports/helpdesk.ts';
import { unanswered } from '../../src/ports/http.ts';

const answer = (status: number, json?: object): VendorAnswer => ({
  kind: 'answer',
  status,
  headers: {},
  body: Buffer.from(json === undefined ? '' : JSON.stringify(json)),
});

const put = unanswered({ kind: 'notSent', code: 'paused', untilMs: 1_007_000 }, 1_000_000);

describe('Easemob', () => {
  const asks = (call: string, status: number, json?: object) =>
    easemob.asksToWait?.(answer(status, json), call);

  test('counts the calls of an app together, and messages by themselves', () => {
    const reached = { error: 'reach_limit', error_description: 'This request has reached api limit' };
    expect(asks('/users', 429, reached)).toEqual({ code: 'reach_limit', afterMs: 1000, calls: 'all' });
    const messages = { error: 'forbidden_op', error_description: 'message send reach limit' };
    expect(asks('/messages/users', 403, messages)).toEqual({
      code: 'forbidden_op',
      afterMs: 5000,
      calls: 'named',
    });
  });

  test('is spared for an hour where the free edition is used up', () => {
    expect(asks('/users', 429, { error: 'resource_limited' })).toEqual({
      code: 'resource_limited',
      afterMs: 3_600_000,
      calls: 'all',
    });
  });

  test('is not asked again and again for a token that it refuses to give', () => {
    const wrong = { error: 'invalid_grant', error_description: 'client_id or client_secret is wrong' };
    expect(asks('/token', 400, wrong)).toEqual({ code: 'invalid_grant', afterMs: 60_000, calls: 'named' });
    expect(asks('/token', 500, {})).toBeUndefined();
    expect(asks('/token', 200, { access_token: 'T' })).toBeUndefined();
  });

  test.each([
    [200, { data: {} }],
    [400, { error: 'illegal_argument' }],
    [401, { error: 'unauthorized' }],
    [403, { error: 'forbidden_op', error_description: 'users are not friends' }],
    [503, undefined],
  ])('asks nothing by %i %o', (status, json) => {
    expect(asks('/messages/users', status, json)).toBeUndefined();
  });
});

describe('Qiyu', () => {
  test('counts the calls of an interface', () => {
    const asks = (json: object) => qiyu.asksToWait?.(answer(200, json), '/openapi/message/send');
    expect(asks({ code: 14009, message: '' })).toEqual({ code: '14009', afterMs: 1000, calls: 'named' });
    expect(asks({ code: '14009' })).toMatchObject({ afterMs: 1000 });
    for (const code of [200, 14002, 14006]) expect(asks({ code })).toBeUndefined();
    expect(asks({ code: 200, message: '14009'.repeat(300) })).toBeUndefined();
  });
});

describe.each([
  ['as a helpdesk', wecomKf],
  ['as a channel', wecomKfChannel],
])('WeCom %s', (_as, definition) => {
  const asks = (call: string, errcode: number) =>
    definition.asksToWait?.(answer(200, { errcode, errmsg: 'hint: [1]' }), call);

  test('blocks an API for a minute, or wants fewer calls at a time', () => {
    const call = '/cgi-bin/kf/send_msg';
    expect(asks(call, 45009)).toEqual({ code: '45009', afterMs: 60_000, calls: 'named' });
    expect(asks(call, 45033)).toEqual({ code: '45033', afterMs: 1000, calls: 'named' });
    for (const code of [0, -1, 40001, 95001, 95018]) expect(asks(call, code)).toBeUndefined();
  });

  test('is not shown a secret again and again that it refuses', () => {
    const call = '/cgi-bin/gettoken';
    expect(asks(call, 40001)).toEqual({ code: '40001', afterMs: 60_000, calls: 'named' });
    expect([asks(call, 0), asks(call, -1)]).toEqual([undefined, undefined]);
    expect(definition.asksToWait?.(answer(200, { access_token: 'T' }), call)).toBeUndefined();
  });
});

test('a helpdesk of one’s own has one address for all', () => {
  expect(webhook.asksToWait?.(answer(429), 'message')).toEqual({
    code: 'http 429',
    afterMs: 1000,
    calls: 'all',
  });
  expect(webhook.asksToWait?.(answer(503), 'message')).toBeUndefined();
});

test.each([
  ['Easemob', () => outcomeOfEasemob(put, 3)],
  ['Meiqia', () => outcomeOfMeiqia(put, 3)],
  ['Qiyu', () => outcomeOfQiyu(put, 3)],
  ['WeCom', () => outcomeOfWecom(put, 3)],
  ['Zhichi', () => outcomeOfZhichi(put, { number: 3 })],
  ['one’s own helpdesk', () => outcomeOfWebhook(put)],
])('a call to %s that was put off comes again when it may be made', (_vendor, outcome) => {
  expect(outcome()).toEqual({ outcome: 'later', code: 'paused', because: 'vendor', afterMs: 7000 });
});
