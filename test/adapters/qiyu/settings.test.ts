import { describe, expect, test } from 'vitest';
import { qiyuSettings } from '../../../adapters/qiyu/settings.ts';
import { helpdeskShape } from '../../../src/config/frame.ts';

const keys = { appKey: 'k', appSecret: 's' };

test('the defaults are those of the documents', () => {
  expect(qiyuSettings.parse(keys)).toEqual({
    ...keys,
    baseUrl: 'https://qiyukf.com',
    previousAppSecrets: [],
    callbackToleranceSec: 300,
    callbackScheme: 'md5',
    checksumAlgorithm: 0,
    route: 'human',
    uidTemplate: '{openid}',
    qps: { perInterface: 5, perTenant: 20 },
    timeoutMs: 10_000,
    uploadMode: 'multipart',
    maxFileBytes: 5_242_880,
    maxTextChars: 4000,
    extraSendTypes: [],
    showGreeting: true,
    showStaffName: false,
    applyOnEnter: false,
    offlineCacheSec: 300,
    whileQueued: 'forward',
    queuePollSec: 20,
    askRating: false,
    ratingExpiresSec: 600,
    defaultRatingList: [
      { name: '满意', value: 100 },
      { name: '不满意', value: 1 },
    ],
    emoji: 'asis',
    keepLinks: false,
  });
});

test('every setting has its sentence, secrets are marked, and none is the core’s', () => {
  for (const [name, field] of Object.entries(qiyuSettings.shape)) {
    expect(field.meta()?.description, name).toEqual(expect.any(String));
    expect(field.meta()?.secret === true).toBe(/secret/i.test(name));
    expect(Object.keys(helpdeskShape)).not.toContain(name);
  }
});

describe('a setting', () => {
  test.each([
    { appSecret: '' },
    { baseUrl: 'ftp://qiyukf.com' },
    { baseUrl: 'https://qiyukf.com?a=1' },
    { uidTemplate: 'fixed' },
    { checksumAlgorithm: 2 },
    { level: 12 },
    { staffId: 0 },
    { route: 'agent' },
    { callbackScheme: 'both' },
    { defaultRatingList: [] },
    { unknown: 1 },
  ])('that is wrong is refused: %j', (wrong) => {
    expect(qiyuSettings.safeParse({ ...keys, ...wrong }).success).toBe(false);
  });
});
