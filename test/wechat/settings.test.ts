import { describe, expect, test } from 'vitest';
import { componentSettings } from '../../src/wechat/component-settings.ts';
import { wechatSettings } from '../../src/wechat/settings.ts';
import { ACCOUNT, APPID, KEY, settingsWith, TOKEN } from './account.ts';

const good = { appid: APPID, originalId: ACCOUNT, secret: 's', token: TOKEN, encodingAESKey: KEY };

function faultsOf(change: Record<string, unknown>): readonly string[] {
  const result = wechatSettings.safeParse({ ...good, ...change });
  return (result.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

test('what the console shows is enough; the rest has a default', () => {
  expect(wechatSettings.parse(good)).toMatchObject({
    kind: 'miniprogram',
    mode: 'safe',
    format: 'xml',
    baseUrl: 'https://api.weixin.qq.com',
    tokenMarginSec: 300,
    pushMaxSkewSec: 300,
    pushBodyMaxBytes: 1_048_576,
    dedupTtlSec: 86_400,
    answerBudgetMs: 4000,
    sendPerMinute: 600,
    onUnknown: 'retry-once',
    retryMaxAgeSec: 172_800,
    holdTtlSec: 172_800,
    textMaxBytes: 2048,
    imageMaxBytes: 2_097_152,
    transferInner: 'xml',
    quota: { message: [5, 172_800], enter: [2, 60], menuClick: [3, 60], follow: [3, 60], scan: [3, 60] },
  });
});

test.each([
  [{ appid: 'wx123' }, 'appid: expected wx and 16 hexadecimal digits'],
  [{ originalId: 'gh_1' }, 'originalId: expected gh_ and 12 hexadecimal digits'],
  [{ token: 'ab' }, 'token: expected 3 to 32 letters or digits'],
  [{ previousTokens: ['ok1', '-'] }, 'previousTokens.1: expected 3 to 32 letters or digits'],
  [{ encodingAESKey: 'short' }, 'encodingAESKey: expected 43 letters or digits'],
  [{ mode: 'plain', encodingAESKey: 'short' }, 'encodingAESKey: expected 43 letters or digits'],
  [{ encodingAESKey: undefined }, 'encodingAESKey: expected the EncodingAESKey, as mode is not plain'],
  [
    { encodingAESKey: undefined, mode: 'compatible' },
    'encodingAESKey: expected the EncodingAESKey, as mode is not plain',
  ],
  [{ kind: 'service', format: 'json' }, 'format: expected xml: official accounts push no other format'],
  [{ baseUrl: 'ftp://a' }, 'baseUrl: expected an http or https URL'],
  [{ answerBudgetMs: 5000 }, 'answerBudgetMs: expected a whole number from 100 to 4900'],
  [{ quota: { enter: [1.5, 60] } }, 'quota.enter.0: expected a whole number from 0 to 100'],
])('%j is a fault', (change, fault) => {
  expect(faultsOf(change)).toEqual([fault]);
});

describe('an account that a component holds', () => {
  const held = { secret: undefined, token: undefined, encodingAESKey: undefined, component: 'agency' };

  test('needs no secret, no Token and no key', () => {
    expect(wechatSettings.parse({ ...good, ...held })).toMatchObject({ component: 'agency', mode: 'safe' });
  });

  test.each([
    ['secret', 's'],
    ['token', TOKEN],
    ['previousTokens', [TOKEN]],
    ['encodingAESKey', KEY],
    ['previousEncodingAESKeys', [KEY]],
  ])('has no %s of its own', (name, value) => {
    const fault = `${name}: expected none: the component has its own`;
    expect(faultsOf({ ...held, [name]: value })).toEqual([fault]);
  });

  test('gets pushes in safe mode and as XML only, and every fault is told at once', () => {
    const wrong = { secret: 's', mode: 'plain', format: 'json', tokenSource: 'classic' };
    expect(faultsOf({ ...held, ...wrong })).toEqual([
      'secret: expected none: the component has its own',
      'mode: expected safe: pushes through a component come in no other mode',
      'format: expected xml: pushes through a component come in no other format',
      'tokenSource: expected none: access tokens come through the component',
    ]);
  });
});

test('without a component, secret and Token are needed', () => {
  expect(faultsOf({ secret: undefined, token: undefined })).toEqual([
    'secret: expected the AppSecret, or a component in its place, got nothing',
    'token: expected the Token of the message push, or a component in its place, got nothing',
  ]);
});

test('every setting of a component is described, and what must not be shown is a secret', () => {
  for (const [name, schema] of Object.entries(componentSettings.shape)) {
    expect(schema.meta()?.description, name).toBeTypeOf('string');
  }
  const secrets = Object.entries(componentSettings.shape).filter(
    ([, schema]) => schema.meta()?.secret === true,
  );
  expect(secrets.map(([name]) => name)).toEqual([
    'secret',
    'token',
    'previousTokens',
    'encodingAESKey',
    'previousEncodingAESKeys',
  ]);
});

test('all faults are told at once, those between two settings too', () => {
  const faults = faultsOf({ appid: 'x', kind: 'service', format: 'json', encodingAESKey: undefined, x: 1 });
  expect(faults.map((fault) => fault.split(':', 1)[0]).toSorted()).toEqual([
    '',
    'appid',
    'encodingAESKey',
    'format',
  ]);
});

test.each([[null], [5], ['x'], [[]], [undefined]])('%j in place of the settings is one fault', (value) => {
  expect(wechatSettings.safeParse(value).error?.issues).toHaveLength(1);
});

test('an unknown setting is a fault', () => {
  expect(faultsOf({ apppid: 'x' })).toHaveLength(1);
  expect(faultsOf({})).toEqual([]);
});

test('plain mode needs no key, and loopback is a base URL', () => {
  const settings = settingsWith({
    mode: 'plain',
    encodingAESKey: undefined,
    baseUrl: 'http://127.0.0.1:1/x',
  });
  expect(settings.encodingAESKey).toBeUndefined();
});

test('every setting is described, and what must not be shown is a secret', () => {
  for (const [name, schema] of Object.entries(wechatSettings.shape)) {
    expect(schema.meta()?.description, name).toBeTypeOf('string');
  }
  const secrets = Object.entries(wechatSettings.shape).filter(([, schema]) => schema.meta()?.secret === true);
  expect(secrets.map(([name]) => name)).toEqual([
    'secret',
    'token',
    'previousTokens',
    'encodingAESKey',
    'previousEncodingAESKeys',
  ]);
});
