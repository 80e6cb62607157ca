import { z } from 'zod';
import { grant, sendShape } from '../ports/send-settings.ts';
import { areSound, webAddress, wholeNumber } from '../ports/setting-forms.ts';
import { keyRules } from './key-rules.ts';
import { accountId, apiAddress, pushKey, pushToken } from './setting-forms.ts';
import { subscribeSettings } from './subscribe-settings.ts';
import { tokenSource } from './token-settings.ts';

/** Settings of one WeChat account (`tenants.<t>.wechat`), as they stand in the file. */
export const wechatSettings = z
  .strictObject({
    kind: z
      .enum(['miniprogram', 'service', 'subscription'])
      .default('miniprogram')
      .meta({ description: 'what the account is; service and subscription are official accounts' }),
    appid: accountId().meta({
      description: 'AppID of the account, from the console',
      example: 'wx1a2b3c4d5e6f7a8b',
    }),
    originalId: z
      .string()
      .regex(/^gh_[0-9a-f]{12}$/, 'expected gh_ and 12 hexadecimal digits')
      .meta({ description: 'original id of the account, from the console', example: 'gh_0a1b2c3d4e5f' }),
    component: z.string().optional().meta({
      description:
        'third-party platform (agency mode) that the account has authorised; then secret, Token and key are the platform’s',
      example: 'agency',
    }),
    secret: z.string().min(1, 'expected the AppSecret, got an empty text').optional().meta({
      description: 'AppSecret, for access tokens; not needed where tokenSource is a service of your own',
      secret: true,
      example: `\${SHOP_WECHAT_SECRET}`,
    }),
    token: pushToken().optional().meta({
      description: 'Token of the message push, as in the console',
      secret: true,
      example: `\${SHOP_PUSH_TOKEN}`,
    }),
    previousTokens: z.array(pushToken()).default([]).meta({
      description: 'earlier Tokens that are still accepted while the console is being changed',
      secret: true,
    }),
    encodingAESKey: pushKey().optional().meta({
      description: 'EncodingAESKey of the message push; needed in the modes compatible and safe',
      secret: true,
      example: `\${SHOP_PUSH_KEY}`,
    }),
    previousEncodingAESKeys: z.array(pushKey()).default([]).meta({
      description: 'earlier EncodingAESKeys that are still accepted while the console is being changed',
      secret: true,
    }),
    mode: z.enum(['plain', 'compatible', 'safe']).default('safe').meta({
      description: 'least protection of a push that is accepted; a stronger one always is',
    }),
    format: z.enum(['xml', 'json']).default('xml').meta({
      description: 'data format chosen in the console; official accounts know xml only',
    }),
    baseUrl: apiAddress().meta({ description: 'where the WeChat API is called' }),
    tokenSource,
    tokenMarginSec: wholeNumber(0, 3600).default(300).meta({
      description: 'seconds before its end at which an access token is renewed',
    }),
    pushMaxSkewSec: wholeNumber(0, 86_400).default(300).meta({
      description: 'seconds that the timestamp of a push may be off; 0 switches the check off',
    }),
    pushBodyMaxBytes: wholeNumber(1024, 16_777_216).default(1_048_576).meta({
      description: 'longest body of a push, in bytes',
    }),
    dedupTtlSec: wholeNumber(60, 2_592_000).default(86_400).meta({
      description: 'seconds for which a repeated push is recognised',
    }),
    answerBudgetMs: wholeNumber(100, 4900).default(4000).meta({
      description: 'milliseconds within which a push is answered; later it is left without an answer',
    }),
    sendPerSecond: wholeNumber(1, 10_000).default(20).meta({
      description:
        'most customer-service sends of this account in a second: twice the even share of a minute, so that a burst goes quickly and a backlog does not use up its minute at once',
    }),
    sendPerMinute: wholeNumber(1, 1_000_000).default(600).meta({
      description:
        'most customer-service sends of this account in a minute; less, where WeChat’s quota says less',
    }),
    sendPerDay: wholeNumber(1, 1_000_000_000).optional().meta({
      description:
        'most customer-service sends of this account in a day; if left out, as many as WeChat says (official accounts: 500000)',
      example: 500_000,
    }),
    uploadPerDay: wholeNumber(1, 1_000_000_000).optional().meta({
      description:
        'most uploads of media in a day; if left out, as many as WeChat says (official accounts: 100000)',
      example: 100_000,
    }),
    downloadPerDay: wholeNumber(1, 1_000_000_000).optional().meta({
      description:
        'most downloads of media in a day; if left out, as many as WeChat says (official accounts: 200000)',
      example: 200_000,
    }),
    onUnknown: z.enum(['retry', 'retry-once', 'ask', 'drop']).default('retry-once').meta({
      description: 'what to do when nobody can say whether a send arrived',
    }),
    ...sendShape,
    textMaxBytes: wholeNumber(64, 65_536).default(2048).meta({
      description: 'longest text of one send, in bytes of UTF-8',
    }),
    imageMaxBytes: wholeNumber(1024, 10_485_760).default(2_097_152).meta({
      description: 'largest image that is uploaded, in bytes',
    }),
    defaultThumb: webAddress().optional().meta({
      description:
        'public address of a picture for links, cards and videos that bring none; without it they become text',
      example: 'https://shop.example.com/thumb.jpg',
    }),
    boundAppids: z.array(accountId()).default([]).meta({
      description: 'mini-programs that are bound to this official account: links and cards may lead to them',
    }),
    kfAccounts: z
      .record(z.string(), z.string().regex(/^[^\s@]+@[^\s@]+$/, 'expected name@account'))
      .default({})
      .meta({
        description:
          'under whose name an official account’s visitor sees an agent: the agent’s id or name at the helpdesk, and the account of the official tool',
        example: { '10086': 'service1@shop' },
      }),
    transferInner: z.enum(['xml', 'json']).default('xml').meta({
      description: 'how a transfer to the official agents is written when the data format is json',
    }),
    officialRouteTtlSec: wholeNumber(1, 2_592_000).default(1800).meta({
      description:
        'seconds after his last push for which a visitor of the official agents is still handed over to them',
    }),
    typingPath: z.enum(['auto', 'business', 'common']).default('auto').meta({
      description:
        'which API shows that an agent is writing; auto tries the other one where WeChat says that it is wrong',
    }),
    mediaHosts: z
      .array(z.string().regex(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'expected a host name or *.domain'))
      .default(['*.qpic.cn', '*.qlogo.cn', '*.weixin.qq.com'])
      .meta({ description: 'hosts from which pictures named in a push are fetched' }),
    businessId: z.string().min(1).optional().meta({
      description: 'id of the sub-merchant that sends name where the visitor’s pushes name none',
      example: '1',
    }),
    subscribe: subscribeSettings.optional().meta({
      description:
        'the subscription message (订阅消息) that calls a visitor back when replies are held, as his time to write to is over; {time}, {count} and {agent} in its data stand for the last reply’s time, the number of replies and who wrote it',
      example: {
        templateId: 'aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789-_abcde',
        page: 'pages/service/index',
        data: { thing1: '{agent}已回复您，请进入小程序查看', time2: '{time}' },
        miniprogramState: 'formal',
        lang: 'zh_CN',
      },
    }),
    aiMark: z.boolean().default(true).meta({
      description: 'mark answers of a robot as made by artificial intelligence',
    }),
    quotaMerge: z.enum(['max', 'separate']).default('max').meta({
      description:
        'whether the sends of a short grant merge with those of a long one, or end with their minute',
    }),
    quota: z
      .strictObject({
        message: grant().default([5, 172_800]).meta({ description: 'a message of the visitor' }),
        enter: grant().default([2, 60]).meta({ description: 'entering the chat (mini-program)' }),
        menuClick: grant().default([3, 60]).meta({ description: 'a click on a menu (official account)' }),
        follow: grant().default([3, 60]).meta({ description: 'following (official account)' }),
        scan: grant().default([3, 60]).meta({ description: 'scanning a QR code (official account)' }),
      })
      .prefault({})
      .meta({
        description: 'what each act of a visitor grants: a number of sends, and for how many seconds',
      }),
  })
  .check(...keyRules)
  .refine(({ kind, format }) => kind === 'miniprogram' || format === 'xml', {
    path: ['format'],
    error: 'expected xml: official accounts push no other format',
    when: areSound('kind', 'format'),
  })
  .refine(({ kind, subscribe }) => kind === 'miniprogram' || subscribe === undefined, {
    path: ['subscribe'],
    error: 'expected none: only mini-programs send these subscription messages',
    when: areSound('kind', 'subscribe'),
  });

export type WeChatSettings = z.output<typeof wechatSettings>;
