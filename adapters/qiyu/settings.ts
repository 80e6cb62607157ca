import { z } from 'zod';
import { webAddress, wholeNumber } from '../../src/ports/setting-forms.ts';

/** Settings of one Qiyu account, as they stand in the file beside what the core reads of every helpdesk. */
export const qiyuSettings = z.strictObject({
  baseUrl: webAddress()
    .regex(/^[^?#]*$/, 'expected a URL without query and fragment')
    .default('https://qiyukf.com')
    .meta({ description: 'where the Qiyu API is called; some tenants have a host of their own' }),
  appKey: z.string().min(1, 'expected the appKey, got an empty text').meta({
    description: 'appKey, from the console: 系统 → 扩展与集成 → 开发者ID',
    example: `\${SHOP_QIYU_KEY}`,
  }),
  appSecret: appSecret().meta({
    description: 'AppSecret, from the same page; empty there until somebody presses 重置',
    secret: true,
    example: `\${SHOP_QIYU_SECRET}`,
  }),
  previousAppSecrets: z.array(appSecret()).default([]).meta({
    description: 'earlier AppSecrets whose callbacks are still accepted after a reset',
    secret: true,
  }),
  callbackToleranceSec: wholeNumber(1, 604_800).default(300).meta({
    description: 'seconds that the time of a callback may be off',
  }),
  callbackScheme: z.enum(['md5', 'nonce']).default('md5').meta({
    description: 'what the checksum of a callback covers: md5 of the body, or a nonce; never both',
  }),
  checksumAlgorithm: z
    .literal([0, 1], { error: 'expected 0 (SHA-1) or 1 (SHA-256)' })
    .default(0)
    .meta({ description: 'how checksums are made: 0 is SHA-1, 1 is SHA-256' }),
  route: z.enum(['human', 'robot', 'robot-first']).default('human').meta({
    description:
      'who serves first: human asks for an agent, robot leaves it to Qiyu, robot-first asks for both',
  }),
  staffId: id().optional().meta({ description: 'ask for this agent only', example: 1234 }),
  groupId: id().optional().meta({ description: 'ask for this group of agents only', example: 5678 }),
  robotId: id().optional().meta({ description: 'which robot serves, where there are several', example: 12 }),
  level: wholeNumber(0, 11).optional().meta({
    description: 'VIP level of every visitor, 11 is VIP without a number; only if VIP is switched on',
    example: 0,
  }),
  uidTemplate: z
    .string()
    .regex(/\{openid\}/, 'expected a text that holds {openid}')
    .max(40, 'expected at most 40 characters')
    .default('{openid}')
    .meta({ description: "the visitor's id at Qiyu; with several accounts in one tenant {appid}:{openid}" }),
  productId: z.string().min(1, 'expected a mark, got an empty text').optional().meta({
    description: 'product mark that agents see; the appid if left out',
    example: 'shop',
  }),
  qps: z
    .strictObject({
      perInterface: wholeNumber(1, 1000).default(5).meta({ description: 'calls a second of one interface' }),
      perTenant: wholeNumber(1, 1000).default(20).meta({ description: 'calls a second of all interfaces' }),
    })
    .prefault({})
    .meta({ description: 'how often Qiyu may be called; raise it only with what Qiyu granted' }),
  timeoutMs: wholeNumber(100, 120_000).default(10_000).meta({
    description: 'milliseconds that one call may take',
  }),
  uploadMode: z.enum(['multipart', 'base64']).default('multipart').meta({
    description: 'how files are uploaded: as a form (uploadFile) or as base64 text (sendFile)',
  }),
  maxFileBytes: wholeNumber(1, 104_857_600).default(5_242_880).meta({
    description: 'largest file that is uploaded, in bytes',
  }),
  maxTextChars: wholeNumber(2, 100_000).default(4000).meta({
    description: 'longest text of one message, in UTF-16 units; a longer one is split',
  }),
  extraSendTypes: z
    .array(z.enum(['VIDEO', 'FILE']))
    .default([])
    .meta({
      description:
        'undocumented message types that this tenant was told to work; else they go as text with a link',
    }),
  showGreeting: z.boolean().default(true).meta({ description: "show the agent's greeting to the visitor" }),
  showStaffName: z.boolean().default(false).meta({
    description: "put the agent's name before each text, such as 小李：",
  }),
  applyOnEnter: z.boolean().default(false).meta({
    description:
      'ask for an agent when the visitor enters the chat; takes up an agent before a word is written',
  }),
  offlineCacheSec: wholeNumber(1, 86_400).default(300).meta({
    description: 'seconds for which no agent is asked for again once nobody was online',
  }),
  whileQueued: z.enum(['forward', 'hold']).default('forward').meta({
    description: 'what happens to messages of a visitor who queues',
  }),
  queuePollSec: wholeNumber(5, 3600).default(20).meta({
    description: 'seconds between two looks at the place of a visitor who queues',
  }),
  askRating: z.boolean().default(false).meta({
    description: 'ask for a rating when a session with an agent ends',
  }),
  ratingExpiresSec: wholeNumber(10, 604_800).default(600).meta({
    description: 'seconds for which a rating can be answered by its number',
  }),
  defaultRatingList: z
    .array(
      z.strictObject({
        name: z.string().min(1, 'expected a name').meta({ description: 'what the visitor reads' }),
        value: z.int({ error: 'expected a whole number' }).meta({ description: 'what Qiyu gets' }),
      }),
    )
    .min(1, 'expected at least one grade')
    .default([
      { name: '满意', value: 100 },
      { name: '不满意', value: 1 },
    ])
    .meta({ description: 'grades of a rating whose own are not known' }),
  emoji: z.enum(['asis', 'map']).default('asis').meta({
    description: 'leave emoji codes as they are, or turn those of one side into those of the other',
  }),
  keepLinks: z.boolean().default(false).meta({
    description: 'keep <a href> in texts of agents instead of writing the address out',
  }),
});

export type QiyuSettings = z.output<typeof qiyuSettings>;

function appSecret() {
  return z.string().min(1, 'expected the AppSecret, got an empty text');
}

function id() {
  return wholeNumber(1, Number.MAX_SAFE_INTEGER);
}
