import { z } from 'zod';
import { member, name, wholeNumber } from './setting-forms.ts';

/** How visitors are handed off to the kf chat. */
export const handoffSettings = z
  .strictObject({
    trigger: z.enum(['first-message', 'keyword', 'manual']).default('first-message').meta({
      description:
        'when the card is sent: at the first message, when the visitor asks for an agent (handoverWords), or only when an operator does (admin: POST /agent/TENANT/HELPDESK/OPENID)',
    }),
    card: z.enum(['miniprogrampage', 'link', 'text']).optional().meta({
      description: 'what the card is; miniprogrampage if there is a pagepath, else link',
      example: 'miniprogrampage',
    }),
    pagepath: name().optional().meta({
      description: 'page of the mini-program that calls wx.openCustomerServiceChat; it is given ?ref=',
      example: 'pages/kf/index',
    }),
    title: name().default('联系人工客服').meta({ description: 'title of the card' }),
    description: z.string().default('点击进入微信客服').meta({ description: 'second line of a link card' }),
    pictureUrl: z.url('expected a URL').optional().meta({
      description: 'picture of a link card',
      example: 'https://shop.example/kf.png',
    }),
    scene: z
      .string()
      .regex(/^[0-9a-zA-Z_-]{1,32}$/, 'expected up to 32 letters, digits, _ or -')
      .default('mpbridge')
      .meta({ description: 'scene of the link to the kf chat: what comes back with another is not ours' }),
    cardIntervalSec: wholeNumber(0, 86_400).default(600).meta({
      description: 'seconds between two cards for a visitor',
    }),
    offerTtlSec: wholeNumber(60, 604_800).default(1800).meta({
      description: 'seconds after which a visitor who did not come by the card is anybody’s again',
    }),
    requireUnionid: z.boolean().default(false).meta({
      description:
        'take a kf customer for the visitor only if WeCom and the session-from (unionid=…) tell the same unionid',
    }),
    refTtlSec: wholeNumber(60, 2_592_000)
      .default(604_800)
      .meta({ description: 'seconds that a card is good' }),
    transcriptVia: z
      .array(z.enum(['welcome', 'chat', 'code', 'app']))
      .default(['welcome', 'chat'])
      .meta({
        description:
          'how agents learn what was written before: as the welcome message, in the chat, or by the one sentence that is allowed once somebody has it (the visitor reads it too), or as a message of the application to the agent alone',
      }),
    transcriptMaxMessages: wholeNumber(1, 2).default(2).meta({
      description: 'messages that a transcript in the chat may take, of the five that the chat allows',
    }),
    transcriptLinks: z.boolean().default(false).meta({
      description: 'whether pictures and files in a transcript come with a signed link that expires',
    }),
    route: z
      .string()
      .regex(
        /^(?:pool|none|servicer:[\w.@-]{1,64})$/,
        'expected pool, none, servicer:auto or servicer: and a userid',
      )
      .default('pool')
      .meta({
        description:
          'who gets the chat: pool, servicer:USERID, servicer:auto (whoever receives), none (WeCom distributes)',
      }),
    prompt: name().optional().meta({
      description: 'said in the kf chat once it waits for an agent or has one',
      example: '已为您转接人工客服',
    }),
    mirror: z.enum(['last-spoken', 'always', 'never']).default('last-spoken').meta({
      description:
        "whether agents' words also come to the mini-program chat: only if the visitor wrote there last",
    }),
    duringHandoff: z
      .array(z.enum(['history', 'remind', 'app', 'kf']))
      .default(['history', 'remind'])
      .meta({
        description:
          'what becomes of messages that the visitor still writes in the mini-program: history (always), the card again, a message of the application to the agent, a line in the kf chat',
      }),
    rating: z
      .array(name())
      .max(5, 'expected at most 5 grades')
      .default([])
      .meta({ description: 'grades that are asked for in the kf chat when a session ends; empty: none' }),
    ratingTitle: name().default('请为本次服务评分').meta({ description: 'what stands above the grades' }),
  })
  .prefault({})
  .meta({ description: 'mode handoff' });

/** How members get and answer messages of the application. */
export const appSettings = z
  .strictObject({
    agents: z.array(member()).default([]).meta({
      description: 'userids of the members who answer, in turn',
    }),
    card: z.boolean().default(true).meta({ description: 'tell of a new visitor by a card with buttons' }),
    selectTtlSec: wholeNumber(10, 86_400).default(1800).meta({
      description: 'seconds for which words without a tag go to the visitor who was chosen or answered last',
    }),
    guardSec: wholeNumber(0, 3600).default(15).meta({
      description: 'seconds after a message of another visitor in which words need a tag',
    }),
    idleCloseSec: wholeNumber(600, 2_592_000).default(172_800).meta({
      description: 'seconds without a word after which the tag of a visitor ends',
    }),
    perMinute: wholeNumber(1, 1_000_000).default(25).meta({
      description: 'messages a minute to one member; WeCom drops what is over 30 without a word',
    }),
    duplicateCheckSec: wholeNumber(0, 14_400).default(1800).meta({
      description: 'seconds for which WeCom drops a repeated message; 0 switches the check off',
    }),
  })
  .prefault({})
  .meta({ description: 'mode app' });
