import { describe, expect, test } from 'vitest';
import { meiqia } from '../../../adapters/meiqia/index.ts';
import { meiqiaSettings } from '../../../adapters/meiqia/settings.ts';

const least = { appKey: '3c1f0e5a9b7d4c2e8f6a1b0c9d8e7f60', secretKey: '$2a$12$x./' };
const messagesOf = (settings: object) =>
  meiqiaSettings
    .safeParse(settings)
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('settings', () => {
  test('need an AppKey and the Secret-Key that proves pushes; all else has a default', () => {
    expect(messagesOf(least)).toEqual([]);
    expect(messagesOf({ secretKey: 's' })[0]).toMatch(/^appKey: /);
    expect(messagesOf({ appKey: 'a' })).toEqual(['secretKey: expected a value: pushes are proved by it']);
    expect(meiqiaSettings.parse(least)).toMatchObject({
      mode: 'sdk',
      baseUrls: ['https://visitor-sdk.meiqia.com', 'https://new-api.meiqia.com'],
      visitorIds: 'openid',
      fallback: 3,
      receive: 'pull',
      pollScheduleSec: [10, 20, 40, 80, 120],
      offline: 'ticket',
      maxTextChars: 2000,
      maxUploadBytes: 10_485_760,
      profile: { 来源: '微信小程序 {name}', 小程序页面: '{page}', openid: '{openid}' },
    });
  });

  test('of mode link need the number of the enterprise, and no Secret-Key', () => {
    expect(messagesOf({ appKey: 'a', mode: 'link' })).toEqual([
      'entId: expected a value: the chat page is opened with it',
    ]);
    expect(messagesOf({ appKey: 'a', mode: 'link', entId: '100001' })).toEqual([]);
  });

  test('with hidden ids need a key for them', () => {
    expect(messagesOf({ ...least, visitorIds: 'hmac' })).toEqual([
      'idSecret: expected a value: visitorIds hmac needs a key',
    ]);
    expect(messagesOf({ ...least, visitorIds: 'hmac', idSecret: 's' })).toEqual([]);
  });

  test('tell what is missing beside faults elsewhere', () => {
    expect(messagesOf({ appKey: 'with:colon', visitorIds: 'hmac' })).toEqual([
      'appKey: expected an AppKey without spaces and colons',
      'secretKey: expected a value: pushes are proved by it',
      'idSecret: expected a value: visitorIds hmac needs a key',
    ]);
  });

  test.each([
    ['appKey', 'with:colon'],
    ['baseUrls', []],
    ['baseUrls', ['ftp://a.example']],
    ['baseUrls', ['https://a.example/?x=1']],
    ['fallback', 4],
    ['userAgent', '微信'],
    ['requestIv', 'fixed'],
    ['pollScheduleSec', []],
    ['pollScheduleSec', [0]],
    ['queuePollSec', 14],
    ['maxTextChars', 1],
    ['imageTypes', ['audio/amr']],
    ['routes', [{ sessionFrom: '' }]],
    ['groupToken', 'a b'],
    ['entId', 'x'],
    ['entId', 100001],
    ['handover', 'both'],
    ['unknown', 1],
  ])('refuse %s: %j', (name, value) => {
    expect(messagesOf({ ...least, [name]: value })).not.toEqual([]);
  });

  test('mark every secret as one', () => {
    for (const name of ['appKey', 'secretKey', 'secretKeyPrevious', 'webhookSecret', 'idSecret'] as const) {
      expect(meiqiaSettings.shape[name].meta()).toMatchObject({ secret: true });
    }
  });

  test('say how often Meiqia may be called', () => {
    const limits = meiqia.limits?.(meiqiaSettings.parse({ ...least, perSecond: 7 }));
    expect(limits).toEqual([
      { name: '', calls: 7, perMs: 1000, scope: 'all' },
      { name: 'upload', calls: 2, perMs: 1000, scope: 'all' },
    ]);
  });
});
