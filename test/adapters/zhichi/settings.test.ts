import { describe, expect, test } from 'vitest';
import { zhichiSettings } from '../../../adapters/zhichi/settings.ts';
import { helpdeskShape } from '../../../src/config/frame.ts';
import { COMPANY, FORWARD_KEY, SECRET } from './desk.ts';

const keys = { appId: 'a', appKey: 'k', baseUrl: 'https://www.sobot.com', callbackToken: SECRET };

test('the defaults are those of the documents', () => {
  expect(zhichiSettings.parse(keys)).toEqual({
    ...keys,
    apiPrefix: '/api/chat/5/user',
    authStyle: 'token',
    tokenSource: 'own',
    tokenRenewPercent: 80,
    timeoutMs: 10_000,
    limits: { perSecond: 10, perMinute: 300, recordPerSecond: 5 },
    uidTemplate: '{appid}_{openid}',
    source: 'auto',
    agentOnly: false,
    profile: { nick: '{nickname}', params: { 来源: '{source}', 页面: '{page}' } },
    route: 'human',
    transferOn: [1, 2, 3],
    whileQueued: 'hold',
    queuePollSec: 15,
    queueHoldMinutes: 60,
    queueNoticeStep: 5,
    whenNobody: 'hold',
    nobodyPollSec: 60,
    nobodyHoldMinutes: 120,
    ticketTitle: '微信留言 {nickname}',
    ticketCollectSec: 60,
    askRating: false,
    ratingSolved: false,
    ratingExpiresSec: 600,
    maxTextChars: 1000,
    mediaVia: 'bridgeUrl',
    maxFileBytes: 10_485_760,
    voice: 'text',
    sendVideo: false,
    cardThumb: false,
    replies: 'push',
    previousCallbackTokens: [],
    callbackAnswer: '{"ret_code":"000000","ret_msg":"success"}',
    acceptEvents: true,
    showGreeting: true,
    showAgentName: false,
    repair: 'alarm',
    repairPollSec: 60,
    recordPollSec: 5,
    recordTailMinutes: 30,
    recordRobot: false,
    recordFrom: 0,
    forwardSigned: true,
    forwardMaxSkewSec: 300,
  });
});

test('every setting has its sentence, secrets are marked, and none is the core’s', () => {
  const secrets = ['appKey', 'callbackToken', 'previousCallbackTokens', 'forwardAppKey'];
  for (const [name, field] of Object.entries(zhichiSettings.shape)) {
    expect(field.meta()?.description, name).toEqual(expect.any(String));
    expect(field.meta()?.secret === true, name).toBe(secrets.includes(name));
    expect(Object.keys(helpdeskShape)).not.toContain(name);
  }
});

describe('a setting', () => {
  test.each([
    { appId: '' },
    { appKey: '' },
    { baseUrl: 'ftp://www.sobot.com' },
    { baseUrl: 'https://www.sobot.com?a=1' },
    { apiPrefix: 'api/chat' },
    { apiPrefix: '/api/chat/' },
    { authStyle: 'cookie' },
    { tokenSource: 'other' },
    { tokenSource: { url: 'token' } },
    { tokenRenewPercent: 100 },
    { uidTemplate: 'fixed' },
    { uidTemplate: '{openid}:{appid}' },
    { uidTemplate: '{appid}_{openid}_of_the_little_shop' },
    { source: 'mini-program' },
    { route: 'agent' },
    { whenNobody: 'forget' },
    { replies: 'both' },
    { callbackToken: 'short' },
    { callbackToken: 'k7Q2mZ9xB4vT6nR1sW8yE3uJ5pL0dHc/' },
    { callbackAnswer: 'success' },
    { callbackAnswer: '[]' },
    { unknown: 1 },
  ])('that is wrong is refused: %j', (wrong) => {
    expect(zhichiSettings.safeParse({ ...keys, ...wrong }).success).toBe(false);
  });
});

describe('settings that need each other', () => {
  const { callbackToken: _, ...untold } = keys;

  test.each([
    ['pushes need their secret', untold, 'callbackToken'],
    ['the forwarding needs its secret', { ...untold, replies: 'forward' }, 'callbackToken'],
    [
      'the forwarding needs the company',
      { ...keys, replies: 'forward', forwardAppKey: 'k' },
      'forwardCompanyId',
    ],
    [
      'the signed forwarding needs its key',
      { ...keys, replies: 'forward', forwardCompanyId: COMPANY },
      'forwardAppKey',
    ],
    ['signed pushes need the company', { ...keys, forwardAppKey: FORWARD_KEY }, 'forwardCompanyId'],
    ['tickets need the company', { ...keys, whenNobody: 'ticket', ticketTypeId: 't' }, 'companyId'],
    ['tickets need a category', { ...keys, whenNobody: 'ticket', companyId: COMPANY }, 'ticketTypeId'],
    ['the only agent needs an id', { ...keys, agentOnly: true }, 'agentId'],
  ])('%s', (_what, settings, path) => {
    const { error } = zhichiSettings.safeParse(settings);
    expect(error?.issues.map((issue) => issue.path)).toContainEqual([path]);
  });

  test.each([
    { ...untold, replies: 'record' },
    { ...keys, replies: 'forward', forwardCompanyId: COMPANY, forwardAppKey: FORWARD_KEY },
    { ...keys, replies: 'forward', forwardSigned: false },
    { ...keys, whenNobody: 'ticket', companyId: COMPANY, ticketTypeId: 't' },
    { ...keys, agentOnly: true, agentId: 'ag01' },
    { ...keys, uidTemplate: '{appid}_{openid}_of_the_shop' },
    { ...keys, uidTemplate: 'a_visitor_of_the_littler_shop_{openid}' },
    { ...keys, tokenSource: { url: 'https://tokens.example/zhichi' } },
  ])('are enough: %j', (settings) => {
    expect(zhichiSettings.safeParse(settings).error).toBeUndefined();
  });

  test('are told of beside settings that are wrong by themselves', () => {
    const { error } = zhichiSettings.safeParse({ ...untold, timeoutMs: 1 });
    expect(error?.issues.map(({ path }) => path)).toEqual([['timeoutMs'], ['callbackToken']]);
  });
});
