import { z } from 'zod';
import { webAddress, wholeNumber } from '../../src/ports/setting-forms.ts';
import { name } from './setting-forms.ts';

/** Settings of mode `im`. What that mode cannot do without is checked where all settings are known. */
export const imSettings = {
  restBase: webAddress()
    .regex(/^[^?#]*$/, 'expected a URL without query and fragment')
    .default('https://a1.easemob.com')
    .meta({
      description: 'where the IM API is called: 服务概览 → 服务器域名 in the IM console',
    }),
  orgName: appKeyPart().optional().meta({
    description: 'the part of the AppKey before #: 管理员模式 → 渠道管理 → 手机APP',
    example: `\${SHOP_EASEMOB_ORG}`,
  }),
  appName: appKeyPart().optional().meta({
    description: 'the part of the AppKey behind #',
    example: `\${SHOP_EASEMOB_APP}`,
  }),
  clientId: name().optional().meta({
    description: 'Client ID of that app, from the IM console',
    secret: true,
    example: `\${SHOP_EASEMOB_CLIENT_ID}`,
  }),
  clientSecret: name().optional().meta({
    description: 'Client Secret of that app, from the same page',
    secret: true,
    example: `\${SHOP_EASEMOB_CLIENT_SECRET}`,
  }),
  tokenTtlSec: wholeNumber(600, 31_536_000).optional().meta({
    description: 'seconds that an access token is asked for; left out, the console decides',
    example: 1_024_000,
  }),
  imServiceNumber: imName().optional().meta({
    description: 'IM service number (IM服务号) that visitors chat with, from the same place as the AppKey',
    example: `\${SHOP_EASEMOB_SERVICE_NUMBER}`,
  }),
  callbackSecret: name().optional().meta({
    description: 'secret of the callback rule, from the list of rules: 功能配置 → 消息回调',
    secret: true,
    example: `\${SHOP_EASEMOB_CALLBACK_SECRET}`,
  }),
  previousCallbackSecrets: z.array(name()).default([]).meta({
    description: 'earlier secrets of the rule whose callbacks are still accepted',
    secret: true,
  }),
  // Below the seven days for which a callId is remembered: beyond them, one could be used again with other words.
  maxAgeSec: wholeNumber(60, 600_000).default(259_200).meta({
    description: 'seconds that a callback may be old; those that are sent again may have their old time',
  }),
  callbackAnswer: z.enum(['empty', 'accept']).default('empty').meta({
    description: 'how a callback is answered: without a word, or as old documents wanted it',
  }),
  identity: z.enum(['per-visitor', 'shared']).default('per-visitor').meta({
    description:
      'each visitor is an IM user of his own, or one user speaks for all (an old way of the vendor)',
  }),
  sharedUser: imName().optional().meta({
    description: 'the IM user that speaks for all, where identity is shared',
    example: 'proxy_cb',
  }),
  mpId: name().optional().meta({
    description: 'id of the WeChat account that agents see, where identity is shared; the appid if left out',
    example: 'gh_0a1b2c3d4e5f',
  }),
  imNames: z.enum(['base32', 'hash']).default('base32').meta({
    description: 'IM names of visitors: their openid in base32, or a hash of appid and openid',
  }),
  namePrefix: z
    .string()
    .regex(/^[a-z0-9_.-]{1,16}$/, 'expected 1 to 16 of a-z, 0-9, _, - and .')
    .default('wx-')
    .meta({
      description: 'beginning of those names; one of its own for each account on one AppKey',
    }),
  restrictFiles: z.boolean().default(true).meta({
    description: "visitors' files open by a secret only; switch it off if agents cannot open them",
  }),
  maxFileBytes: wholeNumber(1, 104_857_600).default(10_485_760).meta({
    description: 'largest file that is uploaded, in bytes',
  }),
  ackTimeoutMs: wholeNumber(1000, 3_600_000).default(30_000).meta({
    description:
      'milliseconds within which the helpdesk says that it has a message; later it is unconfirmed (onUnconfirmed)',
  }),
  exceptionStorage: z.boolean().default(false).meta({
    description: 'callbacks that failed are kept by Easemob (回调异常存储) and asked for at each start',
  }),
  historyRepair: z.boolean().default(false).meta({
    description:
      'read the history of each hour too, for replies that no callback brought; large where the app has much other traffic',
  }),
  maxTextBytes: wholeNumber(100, 100_000).default(2400).meta({
    description: 'longest text of one message, in bytes of UTF-8; a longer one is split',
  }),
  maxTextChars: wholeNumber(30, 100_000).default(1500).meta({
    description: 'longest text of one message, in characters',
  }),
  maxRequestBytes: wholeNumber(1000, 1_000_000).default(5000).meta({
    description: 'longest body of a message with all that goes beside it, in bytes',
  }),
};

function appKeyPart() {
  return z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected letters, digits, - or _');
}

function imName() {
  return z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'expected 1 to 64 letters, digits, _, - and .');
}
