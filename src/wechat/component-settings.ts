import { z } from 'zod';
import { wholeNumber } from '../ports/setting-forms.ts';
import { accountId, apiAddress, pushKey, pushToken } from './setting-forms.ts';

/** Settings of one third-party platform (`components.<name>`), as they stand in the file. */
export const componentSettings = z.strictObject({
  appid: accountId().meta({
    description: 'AppID of the third-party platform, from the open platform’s console',
    example: 'wx0f1e2d3c4b5a6978',
  }),
  secret: z.string().min(1, 'expected the AppSecret, got an empty text').meta({
    description: 'AppSecret of the platform, for its access tokens',
    secret: true,
    example: `\${AGENCY_WECHAT_SECRET}`,
  }),
  token: pushToken().meta({
    description: 'Token for checking messages (消息校验Token), as in the console',
    secret: true,
    example: `\${AGENCY_PUSH_TOKEN}`,
  }),
  previousTokens: z.array(pushToken()).default([]).meta({
    description: 'earlier Tokens that are still accepted while the console is being changed',
    secret: true,
  }),
  encodingAESKey: pushKey().meta({
    description: 'key for encrypting messages (消息加解密Key), as in the console',
    secret: true,
    example: `\${AGENCY_PUSH_KEY}`,
  }),
  previousEncodingAESKeys: z.array(pushKey()).default([]).meta({
    description: 'earlier keys that are still accepted while the console is being changed',
    secret: true,
  }),
  baseUrl: apiAddress().meta({ description: 'where the WeChat API is called' }),
  authorizeBaseUrl: apiAddress('https://mp.weixin.qq.com').meta({
    description: 'where merchants are led to authorise the platform',
  }),
  tokenMarginSec: wholeNumber(0, 3600).default(600).meta({
    description: 'seconds before its end at which the platform’s access token is renewed',
  }),
  ticketTtlSec: wholeNumber(600, 86_400).default(43_200).meta({
    description: 'seconds for which a ticket of WeChat is good; then a new one is asked for',
  }),
  pushMaxSkewSec: wholeNumber(0, 86_400).default(300).meta({
    description: 'seconds that the timestamp of an authorisation event may be off; 0 switches the check off',
  }),
  answerBudgetMs: wholeNumber(100, 4900).default(4000).meta({
    description:
      'milliseconds within which an authorisation event is answered; later it is left without an answer',
  }),
});

export type ComponentSettings = z.output<typeof componentSettings>;
