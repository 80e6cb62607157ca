import { z } from 'zod';
import { areSound, webAddress, wholeNumber } from '../../src/ports/setting-forms.ts';

const headerText = /^[\x20-\x7e]+$/;

/** Settings of one Meiqia account, as they stand in the file beside what the core reads of every helpdesk. */
export const meiqiaSettings = z
  .strictObject({
    mode: z.enum(['sdk', 'link']).default('sdk').meta({
      description:
        'sdk: the bridge speaks for the visitor as an app would; link: he gets a link to Meiqia’s own chat page',
    }),
    appKey: z
      .string()
      .min(1, 'expected the AppKey, got an empty text')
      .regex(/^[\x21-\x39\x3b-\x7e]*$/, 'expected an AppKey without spaces and colons')
      .meta({
        description: 'AppKey of an App of the bridge’s own: 设置 → SDK → 添加 App 配置',
        secret: true,
        example: `\${SHOP_MEIQIA_APP_KEY}`,
      }),
    secretKey: secret('Secret-Key').optional().meta({
      description: 'Secret-Key, from the same page, by which pushes are proved; without it none is accepted',
      secret: true,
      example: `\${SHOP_MEIQIA_SECRET_KEY}`,
    }),
    secretKeyPrevious: secret('earlier Secret-Key').optional().meta({
      description: 'the Secret-Key before, still accepted while it is being changed',
      secret: true,
      example: `\${SHOP_MEIQIA_OLD_KEY}`,
    }),
    webhookSecret: secret('secret of the webhook').optional().meta({
      description: 'secret of the Webhooks (设置 → 开发者 → Webhooks); without it their address answers 404',
      secret: true,
      example: `\${SHOP_MEIQIA_WEBHOOK_SECRET}`,
    }),
    baseUrls: z
      .array(plainAddress())
      .min(1, 'expected at least one URL')
      .default(['https://visitor-sdk.meiqia.com', 'https://new-api.meiqia.com'])
      .meta({ description: 'where Meiqia is called: the next one where a host says “invalid domain”' }),
    hostDiscovery: z.boolean().default(false).meta({
      description:
        'where no host answers or serves the enterprise, ask Meiqia’s directory; only https://*.meiqia.com is taken',
    }),
    chatPage: plainAddress().default('https://static.meiqia.com/dist/standalone.html').meta({
      description: 'Meiqia’s chat page, for mode link',
    }),
    entId: z
      .string()
      .regex(/^\d{1,18}$/, 'expected a number as a text')
      .optional()
      .meta({
        description: 'number of the enterprise (企业 ID); only mode link needs it',
        example: '100001',
      }),
    sdkVersion: z.string().regex(headerText, 'expected a version').default('4.1.5').meta({
      description: 'version of Meiqia’s SDK that calls name',
    }),
    platform: z.string().regex(/^\w+$/, 'expected a word').default('android_sdk').meta({
      description: 'platform that calls name (src, app_platform)',
    }),
    userAgent: z.string().regex(headerText, 'expected ASCII only').optional().meta({
      description: 'User-Agent of calls; the SDK’s own form if left out',
      example: 'Mozilla/5.0 (Linux; Android 13; kefu-bridge) MeiqiaSDK/ Source/SDK4.1.5 Language/zh',
    }),
    requestIv: z.enum(['zero', 'random']).default('zero').meta({
      description: 'IV of encrypted bodies: 16 zero bytes as in Meiqia’s own client, or random',
    }),
    wrapBase64: z.boolean().default(false).meta({
      description: 'break encrypted bodies every 76 characters, as Meiqia’s Android client does',
    }),
    visitorIds: z.enum(['openid', 'hmac']).default('openid').meta({
      description:
        'the visitor’s own id at Meiqia: his openid, or an HMAC that nobody can guess; take hmac if an AppKey of the enterprise is published in an app',
    }),
    idSecret: secret('secret of visitor ids').optional().meta({
      description: 'key of visitorIds hmac; never change it, or every visitor is a new one',
      secret: true,
      example: `\${SHOP_MEIQIA_ID_SECRET}`,
    }),
    registerDeviceToken: z.boolean().default(true).meta({
      description: 'register a device token for each visitor, which pushes may need',
    }),
    statistics: z.boolean().default(true).meta({
      description: 'tell the name of the mini-program, which agents see as 应用',
    }),
    appName: z.string().min(1, 'expected a name').optional().meta({
      description: 'name of the mini-program as agents read it; the appid if left out',
      example: '小店',
    }),
    profile: z
      .record(z.string().min(1, 'expected a name'), z.string())
      .default({ 来源: '微信小程序 {name}', 小程序页面: '{page}', openid: '{openid}' })
      .meta({
        description:
          'what agents read beside the chat; {name} is appName, {page} what the visitor came with (a claim, no proof), {openid}, {appid}',
      }),
    groupToken: token('group').optional().meta({
      description: 'ask for this group of agents (设置 → 客服与分组)',
      example: '846d1b6b3b4c4b6c9c1f3e5f7a9bc5e4',
    }),
    agentToken: token('agent').optional().meta({
      description: 'ask for this agent, before any group',
      example: '1f0c2f3e5b1d4c589a570d9c6f1f2a11',
    }),
    fallback: z
      .literal([1, 2, 3], { error: 'expected 1 (nobody), 2 (the group) or 3 (anyone)' })
      .default(3)
      .meta({ description: 'who serves if that agent or group cannot: 1 nobody, 2 the group, 3 anyone' }),
    routes: z
      .array(
        z.strictObject({
          sessionFrom: z.string().min(1, 'expected a pattern').meta({
            description: 'what the visitor came with; * is anything',
          }),
          groupToken: token('group').optional().meta({ description: 'group of agents' }),
          agentToken: token('agent').optional().meta({ description: 'agent' }),
        }),
      )
      .default([])
      .meta({ description: 'other groups or agents by session_from; the first that fits counts' }),
    noReallocate: z.boolean().default(true).meta({
      description: 'whoever serves the visitor already keeps him',
    }),
    recordRefreshSec: wholeNumber(60, 604_800).default(86_400).meta({
      description: 'seconds after which a visitor’s keys are fetched anew',
    }),
    receive: z.enum(['pull', 'push']).default('pull').meta({
      description:
        'pull: a push only rings a bell, and messages are read from the stream; push: texts are taken from the push itself',
    }),
    pushMaxAgeSec: wholeNumber(60, 2_592_000).default(259_200).meta({
      description: 'seconds after which a push or a webhook is too old',
    }),
    pushAnswer: z.enum(['empty', 'json']).default('empty').meta({
      description: 'what a push is answered: nothing, or {"success":true}',
    }),
    pullOverlapSec: wholeNumber(0, 300).default(2).meta({
      description: 'seconds that each look into the stream goes back behind the last message',
    }),
    pollWindowSec: wholeNumber(0, 604_800).default(1800).meta({
      description: 'seconds after the last message for which the stream is looked at unasked; 0: never',
    }),
    pollScheduleSec: z
      .array(wholeNumber(3, 86_400))
      .min(1, 'expected at least one number of seconds')
      .default([10, 20, 40, 80, 120])
      .meta({
        description:
          'seconds after the last message at which the stream is looked at; the last number repeats',
      }),
    ticketPollSec: wholeNumber(30, 86_400).default(300).meta({
      description: 'seconds between two looks for answers to a left message',
    }),
    receipts: z.enum(['delivered', 'none']).default('delivered').meta({
      description: 'tell Meiqia which messages WeChat has taken, or nothing',
    }),
    showWelcome: z.boolean().default(true).meta({ description: 'show greetings to the visitor' }),
    showEnding: z.boolean().default(true).meta({ description: 'show automatic words at the end' }),
    showPromotion: z.boolean().default(false).meta({ description: 'show advertising messages' }),
    showAgentName: z.boolean().default(false).meta({
      description: 'put the agent’s name before each text, such as 小李：',
    }),
    offline: z.enum(['ticket', 'notice']).default('ticket').meta({
      description:
        'while nobody is online: leave a message (留言), or refuse the visitor’s words and tell him',
    }),
    offlineCacheSec: wholeNumber(1, 86_400).default(60).meta({
      description: 'seconds for which no agent is asked for again once nobody was online',
    }),
    queuePollSec: wholeNumber(15, 3600).default(30).meta({
      description: 'seconds between two looks at the place of a visitor who queues',
    }),
    handover: z.enum(['scheduler', 'text']).default('scheduler').meta({
      description: 'handoverWords ask Meiqia for a human, or go to the robot as words',
    }),
    askRatingAfterEnd: z.boolean().default(false).meta({
      description: 'ask for a rating when a webhook says that the conversation was closed',
    }),
    ratingExpiresSec: wholeNumber(10, 604_800).default(86_400).meta({
      description: 'seconds for which a rating can be answered by its number',
    }),
    cards: z.enum(['text', 'product']).default('text').meta({
      description: 'links of visitors go as text, or as product cards if nothing of a card is missing',
    }),
    fileAs: z.enum(['link']).default('link').meta({
      description: 'how files of visitors go: as a line with a link, as an app cannot send one',
    }),
    voiceText: z.boolean().default(true).meta({
      description: 'send the words that WeChat recognised after a voice message',
    }),
    noteAs: z.enum(['none', 'text']).default('none').meta({
      description: 'what agents are told by the bridge: nothing, or a visitor’s text with 【系统】 before it',
    }),
    imageTypes: z
      .array(z.string().regex(/^image\/[a-z0-9.+-]+$/, 'expected a type such as image/png'))
      .default(['image/jpeg', 'image/png', 'image/gif'])
      .meta({ description: 'types of pictures that are uploaded; others go as a line with a link' }),
    maxTextChars: wholeNumber(2, 100_000).default(2000).meta({
      description: 'longest text of one message, in UTF-16 units; a longer one is split',
    }),
    maxUploadBytes: wholeNumber(1, 104_857_600).default(10_485_760).meta({
      description: 'largest medium that is uploaded, in bytes; a larger one goes as a line with a link',
    }),
    perSecond: wholeNumber(1, 1000).default(10).meta({ description: 'calls of Meiqia a second' }),
    timeoutMs: wholeNumber(100, 120_000).default(15_000).meta({
      description: 'milliseconds that one call may take; an upload has four times as many',
    }),
    linkIntervalSec: wholeNumber(1, 604_800).default(600).meta({
      description: 'seconds after which the link is given again, for mode link',
    }),
  })
  .refine(({ mode, secretKey }) => mode !== 'sdk' || secretKey !== undefined, {
    path: ['secretKey'],
    error: 'expected a value: pushes are proved by it',
    when: areSound('mode', 'secretKey'),
  })
  .refine(({ mode, entId }) => mode !== 'link' || entId !== undefined, {
    path: ['entId'],
    error: 'expected a value: the chat page is opened with it',
    when: areSound('mode', 'entId'),
  })
  .refine(({ visitorIds, idSecret }) => visitorIds !== 'hmac' || idSecret !== undefined, {
    path: ['idSecret'],
    error: 'expected a value: visitorIds hmac needs a key',
    when: areSound('visitorIds', 'idSecret'),
  });

export type MeiqiaSettings = z.output<typeof meiqiaSettings>;

function secret(what: string) {
  return z.string().min(1, `expected the ${what}, got an empty text`);
}

function token(of: string) {
  return z
    .string()
    .regex(/^[\w-]{1,64}$/, `expected the token of ${of === 'agent' ? 'an agent' : 'a group'}`);
}

/** Paths and queries are put behind it. */
function plainAddress() {
  return webAddress().regex(/^[^?#]*$/, 'expected a URL without query and fragment');
}
