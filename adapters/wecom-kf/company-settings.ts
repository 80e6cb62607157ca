import { z } from 'zod';
import { name, wholeNumber } from './setting-forms.ts';

/** The company and its application. */
export const accessShape = {
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
    .regex(/^[^?#]*$/, 'expected a URL without query and fragment')
    .default('https://qyapi.weixin.qq.com')
    .meta({
      description: 'where the WeCom API is called; a reverse proxy where trusted addresses are fixed',
    }),
  corpid: z
    .string()
    .regex(/^ww[0-9a-f]{16}$/, 'expected ww and 16 hexadecimal digits')
    .meta({
      description: 'company id, from the console: 我的企业 → 企业ID',
      example: `\${SHOP_WECOM_CORPID}`,
    }),
  secret: name().meta({
    description: 'secret of the self-built application that may call kf (or of the standalone kf console)',
    secret: true,
    example: `\${SHOP_WECOM_SECRET}`,
  }),
};

/** How the kf chat of a company is listened to and spoken into. */
export const chatShape = {
  callback: z
    .strictObject({
      token: callbackToken().meta({
        description: 'Token of the callback',
        secret: true,
        example: `\${SHOP_WECOM_TOKEN}`,
      }),
      encodingAESKey: callbackKey().meta({
        description: 'EncodingAESKey of the callback',
        secret: true,
        example: `\${SHOP_WECOM_KEY}`,
      }),
      previousTokens: z.array(callbackToken()).default([]).meta({
        description: 'earlier Tokens that are still accepted',
        secret: true,
      }),
      previousEncodingAESKeys: z.array(callbackKey()).default([]).meta({
        description: 'earlier EncodingAESKeys that are still accepted',
        secret: true,
      }),
    })
    .meta({ description: 'how callbacks are proved, from the page where their address is set' }),
  callbackMaxSkewSec: wholeNumber(0, 604_800).default(300).meta({
    description: 'seconds that the time of a callback may be off; 0 is any, as the vendor names no limit',
  }),
  pollSec: wholeNumber(60, 86_400).default(300).meta({
    description: 'seconds between two looks for messages whose notification was lost',
  }),
  actMaxAgeSec: wholeNumber(60, 259_200).default(600).meta({
    description: 'older messages of the kf chat are written down, and nothing is done about them',
  }),
  voiceFormat: z.literal([0, 1]).default(0).meta({
    description: 'how WeCom gives voices: 0 AMR, which everybody can play; 1 SILK',
  }),
  timeoutMs: wholeNumber(100, 120_000).default(10_000).meta({
    description: 'milliseconds that one call may take; uploads six times that',
  }),
  tokenRefreshErrcodes: errcodes([40014, 42001, 40001, 41001]).meta({
    description: 'error codes after which the access token is fetched anew, once',
  }),
  windowClosedErrcodes: errcodes([95002, 95018]).meta({
    description: 'error codes that mean that nothing can be said into the kf chat now',
  }),
  quotaErrcodes: errcodes([95001]).meta({
    description: 'error codes that mean that the messages of the kf chat are used up',
  }),
  duplicateMsgidErrcodes: errcodes([40058]).meta({
    description: 'error codes of a repeat that mean that the first attempt had arrived',
  }),
};

const companySettings = z.object({ ...accessShape, ...chatShape });

/** What a helpdesk and a channel need of the same company. */
export type CompanySettings = z.output<typeof companySettings>;

function callbackToken() {
  return z.string().regex(/^[A-Za-z0-9]{1,32}$/, 'expected up to 32 letters or digits');
}

function callbackKey() {
  return z.string().regex(/^[A-Za-z0-9]{43}$/, 'expected 43 letters or digits');
}

function errcodes(known: number[]) {
  return z.array(wholeNumber(1, 9_999_999)).default(known);
}
