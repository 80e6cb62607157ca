import { describe, expect, test } from 'vitest';
import { easemobSettings } from '../../../adapters/easemob/settings.ts';
import { helpdeskShape } from '../../../src/config/frame.ts';
import { im, rest } from './desk.ts';

test('the defaults are those of the documents', () => {
  expect(easemobSettings.parse(im)).toEqual({
    ...im,
    mode: 'im',
    restBase: 'https://a1.easemob.com',
    previousCallbackSecrets: [],
    maxAgeSec: 259_200,
    callbackAnswer: 'empty',
    identity: 'per-visitor',
    imNames: 'base32',
    namePrefix: 'wx-',
    restrictFiles: true,
    maxFileBytes: 10_485_760,
    ackTimeoutMs: 30_000,
    exceptionStorage: false,
    historyRepair: false,
    maxTextBytes: 2400,
    maxTextChars: 1500,
    maxRequestBytes: 5000,
    previousRestClientSecrets: [],
    restMd5: 'hex',
    restTimestampUnit: 'ms',
    restVisitorId: 'openid',
    restCallbackAuth: 'hmac',
    restAllowNoExpiry: false,
    kefuBase: 'https://kefu.easemob.com',
    visitorTemplate: { userNickname: '微信用户{code}', description: '{source} {page}', tags: ['{kind}'] },
    handover: 'auto',
    handoverText: '转人工',
    hintText: '回复「转人工」可联系人工客服',
    relatedText: '您可能还想问：',
    ratingExpiresSec: 28_800,
    defaultDegrees: [
      { name: '非常满意', level: 5 },
      { name: '满意', level: 4 },
      { name: '一般', level: 3 },
      { name: '不满意', level: 2 },
      { name: '非常不满意', level: 1 },
    ],
    cards: 'both',
    unescapeHtml: true,
    robotJson: false,
    showAgentName: false,
    unsupportedText: '[暂不支持的消息类型]',
    inviteText: '[客服发来视频或白板邀请，请在手机APP或网页中使用]',
    exposeSecretUrls: false,
    timeoutMs: 10_000,
    limits: { perSecond: 50, perMinute: 5000, restPerSecond: 20 },
  });
});

test('every setting has its sentence, secrets are marked, and none is the core’s', () => {
  for (const [name, field] of Object.entries(easemobSettings.shape)) {
    expect(field.meta()?.description, name).toEqual(expect.any(String));
    const isSecret = /secrets?$/i.test(name) || ['clientId', 'urlToken'].includes(name);
    expect(field.meta()?.secret === true, name).toBe(isSecret);
    expect(Object.keys(helpdeskShape)).not.toContain(name);
  }
});

describe('what a mode cannot do without', () => {
  const faultsOf = (value: object) =>
    easemobSettings.safeParse(value).error?.issues.map(({ path }) => path.join('.'));

  test('is asked for all at once', () => {
    expect(faultsOf({})).toEqual(Object.keys(im));
    expect(faultsOf({ mode: 'rest' })).toEqual(['tenantId', 'channelId', 'restClientId', 'restClientSecret']);
  });

  test('is not needed in the other', () => {
    expect(faultsOf(im)).toBeUndefined();
    expect(faultsOf(rest)).toBeUndefined();
  });

  test('is the user who speaks for all, and a secret in the address where nothing else proves a callback', () => {
    expect(faultsOf({ ...im, identity: 'shared' })).toEqual(['sharedUser']);
    expect(faultsOf({ ...rest, restCallbackAuth: 'url-token' })).toEqual(['urlToken']);
  });
});

describe('a setting', () => {
  test.each([
    { mode: 'web' },
    { orgName: 'a/b' },
    { appName: '' },
    { imServiceNumber: 'a b' },
    { restBase: 'ftp://a1.easemob.com' },
    { kefuBase: 'https://kefu.easemob.com?a=1' },
    { namePrefix: 'WX-' },
    { namePrefix: 'x'.repeat(17) },
    { urlToken: 'short' },
    { tenantId: 5833 },
    { tenantId: '58a' },
    { defaultDegrees: [] },
    { defaultDegrees: [{ name: 'x', level: 6 }] },
    { visitorTemplate: { userNickname: '' } },
    { cards: 'none' },
    { restMd5: 'HEX' },
    { maxRequestBytes: 10 },
    { maxAgeSec: 604_800 },
    { unknown: 1 },
  ])('that is wrong is refused: %j', (wrong) => {
    expect(easemobSettings.safeParse({ ...im, ...wrong }).success).toBe(false);
  });
});
