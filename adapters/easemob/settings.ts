import { z } from 'zod';
import { areSound, webAddress, wholeNumber } from '../../src/ports/setting-forms.ts';
import { name } from './setting-forms.ts';
import { imSettings } from './settings-im.ts';
import { restSettings } from './settings-rest.ts';

/** What one mode cannot do without. */
const neededBy = {
  im: ['orgName', 'appName', 'clientId', 'clientSecret', 'imServiceNumber', 'callbackSecret'],
  rest: ['tenantId', 'channelId', 'restClientId', 'restClientSecret'],
} as const;

/** Settings of one Easemob helpdesk, as they stand in the file beside what the core reads of every helpdesk. */
export const easemobSettings = z
  .strictObject({
    mode: z.enum(['im', 'rest']).default('im').meta({
      description:
        'how the bridge speaks for a visitor: as a user of the IM channel, or by the REST API channel',
    }),
    ...imSettings,
    ...restSettings,
    kefuBase: webAddress()
      .regex(/^[^?#]*$/, 'expected a URL without query and fragment')
      .default('https://kefu.easemob.com')
      .meta({ description: 'where the helpdesk is; addresses of files without a host are completed by it' }),
    urlToken: z
      .string()
      .regex(/^[A-Za-z0-9_-]{16,64}$/, 'expected 16 to 64 letters, digits, - or _')
      .optional()
      .meta({
        description: 'secret last part of the callback address; a callback without it is refused',
        secret: true,
        example: 'k3J9vQ2mX7pLz4RtW8bN1cYdF6hGs0Ae',
      }),
    queueName: name().optional().meta({ description: 'skill group (技能组) by its name', example: '售后' }),
    queueId: name()
      .optional()
      .meta({ description: 'skill group by its id; mode rest only', example: '1234' }),
    agentUsername: name().optional().meta({
      description: 'a given agent, by login name',
      example: 'li@shop.example.com',
    }),
    originType: name().optional().meta({
      description: 'origin that agents see in mode im, such as weixin or app; left out, Easemob chooses',
      example: 'weixin',
    }),
    language: name().optional().meta({ description: "the visitor's language", example: 'zh-CN' }),
    visitorTemplate: z
      .strictObject({
        userNickname: z.string().min(1, 'expected a text').default('微信用户{code}').meta({
          description: 'the name that agents see',
        }),
        description: z
          .string()
          .default('{source} {page}')
          .meta({ description: 'the line about the visitor' }),
        tags: z.array(z.string().min(1, 'expected a tag')).default(['{kind}']).meta({
          description: 'his tags',
        }),
      })
      .prefault({})
      .meta({
        description:
          'what agents are told of a visitor; {code} is made of his openid, {kind} and {source} of the account, {page} is SessionFrom, {openid} and {appid} are themselves',
      }),
    handover: z.enum(['auto', 'cmd', 'text', 'both']).default('auto').meta({
      description:
        'how an agent is asked for: by a command, by words, by both; auto: the command while a robot serves, else words',
    }),
    handoverText: name().default('转人工').meta({ description: 'the words that ask for an agent' }),
    hintText: z.string().default('回复「转人工」可联系人工客服').meta({
      description: 'line below an answer of the robot that offers an agent; empty: none',
    }),
    relatedText: name()
      .default('您可能还想问：')
      .meta({ description: "line above a robot's further questions" }),
    ratingMode: z.enum(['enquiry', 'digit']).optional().meta({
      description: 'how a rating is handed in; default: enquiry in mode im, digit (a text) in mode rest',
      example: 'enquiry',
    }),
    ratingExpiresSec: wholeNumber(10, 604_800).default(28_800).meta({
      description: 'seconds for which a rating can be answered by its number',
    }),
    defaultDegrees: z
      .array(
        z.strictObject({
          name: z.string().min(1, 'expected a name').meta({ description: 'what the visitor reads' }),
          level: wholeNumber(1, 5).meta({ description: 'stars, which are also its score' }),
        }),
      )
      .min(1, 'expected at least one degree')
      .default([
        { name: '非常满意', level: 5 },
        { name: '满意', level: 4 },
        { name: '一般', level: 3 },
        { name: '不满意', level: 2 },
        { name: '非常不满意', level: 1 },
      ])
      .meta({ description: 'degrees of a rating that brings none, best first' }),
    cards: z.enum(['track', 'text', 'both']).default('both').meta({
      description:
        "how links and mini-program cards of a visitor go: as the helpdesk's card, as text, or both",
    }),
    unescapeHtml: z.boolean().default(true).meta({
      description: 'texts of agents come with &lt; and its like, which are undone',
    }),
    robotJson: z.boolean().default(false).meta({
      description: "robots' texts may be lists of texts, pictures and links in JSON, also without their mark",
    }),
    showAgentName: z.boolean().default(false).meta({
      description: "put the agent's name before each text, such as 小李：",
    }),
    unsupportedText: name().default('[暂不支持的消息类型]').meta({
      description: 'what the visitor reads of a message that cannot be shown',
    }),
    inviteText: name().default('[客服发来视频或白板邀请，请在手机APP或网页中使用]').meta({
      description: 'what the visitor reads of an invitation to a video call or a white board',
    }),
    exposeSecretUrls: z.boolean().default(false).meta({
      description:
        "show a visitor an agent's file by Easemob's own address where the bridge could get no copy",
    }),
    timeoutMs: wholeNumber(100, 120_000).default(10_000).meta({
      description: 'milliseconds that one call may take; an upload has three times as long',
    }),
    limits: z
      .strictObject({
        perSecond: wholeNumber(1, 10_000).default(50).meta({ description: 'IM calls a second' }),
        perMinute: wholeNumber(1, 1_000_000).default(5000).meta({ description: 'IM messages a minute' }),
        restPerSecond: wholeNumber(1, 10_000).default(20).meta({
          description: 'calls a second of the REST channel',
        }),
      })
      .prefault({})
      .meta({ description: 'how often Easemob is called; other apps of the same AppKey use up the rest' }),
  })
  .check(
    ...neededBy.im.map((setting) => needed('im', setting)),
    ...neededBy.rest.map((setting) => needed('rest', setting)),
  )
  .refine(({ identity, sharedUser }) => identity === 'per-visitor' || sharedUser !== undefined, {
    path: ['sharedUser'],
    error: 'expected the IM user that speaks for all, as identity is shared',
    when: areSound('identity', 'sharedUser'),
  })
  .refine(
    ({ mode, restCallbackAuth, urlToken }) =>
      mode === 'im' || restCallbackAuth === 'hmac' || urlToken !== undefined,
    {
      path: ['urlToken'],
      error: 'expected a secret part of the callback address, as nothing else proves a callback',
      when: areSound('mode', 'restCallbackAuth', 'urlToken'),
    },
  );

export type EasemobSettings = z.output<typeof easemobSettings>;

type Needed = (typeof neededBy)['im' | 'rest'][number];

function needed(mode: 'im' | 'rest', setting: Needed) {
  type Given = { readonly mode: string } & { readonly [Name in Needed]?: string | undefined };
  return z.refine<Given>((given) => given.mode !== mode || given[setting] !== undefined, {
    path: [setting],
    error: `expected a text, as mode is ${mode}, got nothing`,
    when: areSound('mode', setting),
  });
}
