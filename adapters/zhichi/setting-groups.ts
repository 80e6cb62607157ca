import { z } from 'zod';
import { webAddress, wholeNumber } from '../../src/ports/setting-forms.ts';
import { partnerIdOf } from './profile.ts';

/** How Zhichi is called. */
export const callSettings = {
  appId: z.string().min(1, 'expected the appid, got an empty text').meta({
    description: 'appid of the open platform; the vendor’s staff give it on request',
    example: `\${SHOP_ZHICHI_APPID}`,
  }),
  appKey: z.string().min(1, 'expected the app_key, got an empty text').meta({
    description: 'app_key, given with the appid',
    secret: true,
    example: `\${SHOP_ZHICHI_KEY}`,
  }),
  baseUrl: webAddress()
    .regex(/^[^?#]*$/, 'expected a URL without query and fragment')
    .meta({
      description:
        'host of the environment that the keys belong to: www.sobot.com, www.soboten.com, sg.sobot.io, us.sobot.com, or one of your own',
      example: 'https://www.sobot.com',
    }),
  apiPrefix: z
    .string()
    .regex(/^(?:\/[\w-]+)+$/, 'expected a path such as /api/chat/5/user')
    .default('/api/chat/5/user')
    .meta({ description: 'path of the online-service interface; overseas it may be /api/5/user' }),
  authStyle: z.enum(['token', 'bearer']).default('token').meta({
    description: 'how the token is shown: in a header token, or as authorization: Bearer (overseas)',
  }),
  tokenSource: z
    .union(
      [
        z.literal('own'),
        z.strictObject({
          url: webAddress().meta({
            description: 'address of the service, with whatever secret it asks for',
            secret: true,
          }),
        }),
      ],
      { error: 'expected own or { url }' },
    )
    .default('own')
    .meta({
      description:
        'where tokens come from: own, or { url } of another system with the same appid, as a new token ends the old one',
    }),
  tokenRenewPercent: wholeNumber(10, 99).default(80).meta({
    description: 'percentage of its life after which a token is renewed',
  }),
  timeoutMs: wholeNumber(100, 120_000).default(10_000).meta({
    description: 'milliseconds that one call may take',
  }),
  limits: z
    .strictObject({
      perSecond: wholeNumber(1, 1000).default(10).meta({ description: 'calls a second' }),
      perMinute: wholeNumber(1, 60_000).default(300).meta({ description: 'calls a minute' }),
      recordPerSecond: wholeNumber(1, 1000).default(5).meta({
        description: 'of these, looks into records a second',
      }),
    })
    .prefault({})
    .meta({ description: 'how often Zhichi may be called; no limit of it is documented' }),
};

/** Who serves, and what happens while nobody does. */
export const serviceSettings = {
  uidTemplate: z
    .string()
    .regex(/\{openid\}/, 'expected a text that holds {openid}')
    .regex(/^(?:[\w-]|\{openid\}|\{appid\})*$/, 'expected letters, digits, _, -, {appid} and {openid}')
    .refine(isShortEnough, 'expected ids of at most 64 characters')
    .default('{appid}_{openid}')
    .meta({ description: 'the visitor’s id at Zhichi (partnerid); never change it once it is in use' }),
  source: z
    .union([z.literal('auto'), wholeNumber(0, 99)], { error: 'expected auto or a number' })
    .default('auto')
    .meta({
      description: 'where visitors come from; auto is 10 for a mini-program and 1 for an official account',
    }),
  channelFlag: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional().meta({
    description: 'number of a sub-channel (子渠道编码)',
    example: 1,
  }),
  groupId: id('group').optional().meta({
    description: 'ask for this skill group (技能组) only',
    example: 'b7d1',
  }),
  agentId: id('agent').optional().meta({ description: 'ask for this agent', example: 'a1' }),
  agentOnly: z.boolean().default(false).meta({
    description: 'nobody but that agent will do (tran_flag)',
  }),
  profile: z
    .strictObject({
      nick: z.string().default('{nickname}').meta({ description: 'the visitor’s nickname' }),
      params: z
        .record(z.string(), z.string())
        .default({ 来源: '{source}', 页面: '{page}' })
        .meta({
          description: 'fields of your own that agents see; empty ones are left out',
          example: { 来源: '{source}', 页面: '{page}' },
        }),
    })
    .prefault({})
    .meta({
      description: 'what agents are told of the visitor: {nickname}, {source}, {page}, {appid}, {openid}',
    }),
  route: z.enum(['human', 'robot']).default('human').meta({
    description: 'who serves first: human asks for an agent, robot asks the robot until it hands over',
  }),
  robotFlag: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional().meta({
    description: 'number of the robot (机器人编号), where there are several',
    example: 1,
  }),
  transferOn: z.array(wholeNumber(0, 99)).default([1, 2, 3]).meta({
    description: 'signs of the robot that hand over to an agent: 1 asked repeatedly, 2 bad mood, 3 a keyword',
  }),
  whileQueued: z.enum(['hold', 'send']).default('hold').meta({
    description: 'what happens to messages of a visitor who queues: kept back, or tried all the same',
  }),
  queuePollSec: wholeNumber(0, 3600).default(15).meta({
    description: 'seconds between two looks at the place of a visitor who queues; 0 waits for the push alone',
  }),
  queueHoldMinutes: wholeNumber(1, 2880).default(60).meta({
    description: 'minutes of queueing after which it is as if nobody were online',
  }),
  queueNoticeStep: wholeNumber(1, 1000).default(5).meta({
    description: 'places that a visitor has to move before the new place is told',
  }),
  whenNobody: z.enum(['hold', 'ticket', 'refuse']).default('hold').meta({
    description: 'what happens to messages while nobody is online: kept back, made a ticket, or given up',
  }),
  nobodyPollSec: wholeNumber(5, 3600).default(60).meta({
    description: 'seconds between two looks whether somebody is online',
  }),
  nobodyHoldMinutes: wholeNumber(1, 2880).default(120).meta({
    description: 'minutes for which a message waits for somebody to be online',
  }),
  companyId: id('company').optional().meta({
    description: 'company id, for tickets',
    example: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  }),
  ticketTypeId: id('category').optional().meta({
    description: 'category (工单分类) of tickets, one without others below it',
    example: '7f0e',
  }),
  ticketTitle: z.string().min(1, 'expected a title').default('微信留言 {nickname}').meta({
    description: 'title of a ticket; it may hold what profile may',
  }),
  ticketCollectSec: wholeNumber(0, 3600).default(60).meta({
    description: 'seconds for which messages are collected for one ticket',
  }),
  askRating: z.boolean().default(false).meta({
    description: 'ask for a rating when a session ends; an agent’s invitation is always passed on',
  }),
  ratingSolved: z.boolean().default(false).meta({
    description: 'with a rating, also say whether the question was solved: 4 and 5 yes, 1 and 2 no',
  }),
  ratingExpiresSec: wholeNumber(10, 604_800).default(600).meta({
    description: 'seconds for which a rating can be answered by its number',
  }),
};

/** What visitors send. */
export const mediaSettings = {
  maxTextChars: wholeNumber(2, 100_000).default(1000).meta({
    description: 'longest text of one message, in UTF-16 units; a longer one is split',
  }),
  mediaVia: z.enum(['bridgeUrl', 'ticketUpload']).default('bridgeUrl').meta({
    description:
      'where agents load media: from the bridge’s own signed links, or from Zhichi after an upload made for tickets',
  }),
  maxFileBytes: wholeNumber(1, 104_857_600).default(10_485_760).meta({
    description: 'largest medium that agents are given, in bytes',
  }),
  voice: z.enum(['text', 'convert']).default('text').meta({
    description:
      'voice messages as a line with a link, or convert: as voice where the recording is MP3 or WAV (WeChat’s are AMR)',
  }),
  sendVideo: z.boolean().default(false).meta({
    description: 'send videos as such; only the newest release of Zhichi knows them',
  }),
  cardThumb: z.boolean().default(false).meta({
    description: 'send the picture of a mini-program card too',
  }),
};

/** How the words of agents come back. */
export const answerSettings = {
  replies: z.enum(['push', 'record', 'forward']).default('push').meta({
    description:
      'how words of agents come back: push (客服消息推送), record (the bridge reads the session’s record), forward (在线消息转发)',
  }),
  callbackToken: callbackToken().optional().meta({
    description: 'secret in the addresses that Zhichi calls: push-SECRET and forward-SECRET',
    secret: true,
    example: `\${SHOP_ZHICHI_CALLBACK}`,
  }),
  previousCallbackTokens: z.array(callbackToken()).default([]).meta({
    description: 'earlier secrets of these addresses that are still accepted',
    secret: true,
  }),
  callbackAnswer: z
    .string()
    .refine(isJsonObject, 'expected a JSON object')
    .default('{"ret_code":"000000","ret_msg":"success"}')
    .meta({ description: 'what a push is answered' }),
  acceptEvents: z.boolean().default(true).meta({
    description: 'believe pushed events; false: of pushes only words of agents count',
  }),
  showGreeting: z.boolean().default(true).meta({ description: 'show the agent’s greeting to the visitor' }),
  showAgentName: z.boolean().default(false).meta({
    description: 'put the agent’s name before each text, such as 小李：',
  }),
  repair: z.enum(['off', 'alarm', 'deliver']).default('alarm').meta({
    description:
      'with push, look into the record for words that were not pushed: not at all, to raise an alarm, or to deliver them too',
  }),
  repairPollSec: wholeNumber(10, 3600).default(60).meta({
    description: 'seconds between two such looks while an agent serves',
  }),
  recordPollSec: wholeNumber(1, 3600).default(5).meta({
    description: 'with record, seconds between two looks while an agent serves',
  }),
  recordTailMinutes: wholeNumber(1, 2880).default(30).meta({
    description: 'with record, minutes of further looks after the end of a session',
  }),
  recordRobot: z.boolean().default(false).meta({
    description: 'with record, also show what the robot said',
  }),
  recordFrom: wholeNumber(0, 9).default(0).meta({
    description: 'origin by which a visitor’s record is found: 0 open platform, 1 web and app, 2 WeChat',
  }),
  forwardCompanyId: id('company').optional().meta({
    description: 'company id that signs the forwarding',
    example: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  }),
  forwardAppKey: z.string().min(1, 'expected the key of the forwarding').optional().meta({
    description: 'key of the forwarding, another than appKey; signed pushes are proved by it too',
    secret: true,
    example: 'the key of the forwarding',
  }),
  forwardSigned: z.boolean().default(true).meta({
    description: 'the forwarding must be signed; false: the secret in its address is enough',
  }),
  forwardMaxSkewSec: wholeNumber(1, 604_800).default(300).meta({
    description: 'seconds that the time of a signed call may be off',
  }),
};

function id(of: string) {
  return z.string().min(1, `expected the id of the ${of}, got an empty text`);
}

/** How long an id may be is not documented. WeChat's own have 28 characters, and its accounts' 18. */
function isShortEnough(template: string): boolean {
  const longest = { visitor: 'o'.repeat(28), appid: 'w'.repeat(18) };
  return partnerIdOf(template, longest).length <= 64;
}

/** It stands in a path, and is all that proves a push. */
function callbackToken() {
  return z.string().regex(/^[A-Za-z0-9]{24,128}$/, 'expected at least 24 letters and digits');
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
