import { z } from 'zod';
import { grant, sendShape } from '../../../src/ports/send-settings.ts';
import { accessShape, chatShape } from '../company-settings.ts';
import { kfAccount, wholeNumber } from '../setting-forms.ts';

/** Settings of a kf account whose customers are a tenant's visitors (`tenants.<t>.wecomKf`), as they stand in the file. */
export const kfChannelSettings = z.strictObject({
  ...accessShape,
  openKfid: kfAccount().meta({
    description:
      'the kf account (客服账号) whose customers are the visitors; no helpdesk may hand off to it as well',
    example: 'wkAJ2GCAAASSm4',
  }),
  ...chatShape,
  actMaxAgeSec: chatShape.actMaxAgeSec.meta({
    description:
      'when the account is read for the first time, older messages are written down, and nobody is asked to answer them',
  }),
  dedupTtlSec: wholeNumber(259_200, 2_592_000).default(604_800).meta({
    description:
      'seconds for which a message that comes again is recognised; WeCom keeps them for three days',
  }),
  answerBudgetMs: wholeNumber(100, 4900).default(4000).meta({
    description: 'milliseconds within which a notification is answered; later it is left without an answer',
  }),
  ...sendShape,
  textMaxBytes: wholeNumber(64, 2048).default(2048).meta({
    description: 'longest text of one send, in bytes of UTF-8',
  }),
  servedTtlSec: wholeNumber(60, 2_592_000).default(172_800).meta({
    description:
      'seconds after the last that was heard of servicers of WeCom for which a visitor is still theirs; a session lives no longer than two days',
  }),
  quota: z
    .strictObject({
      message: grant().default([5, 172_800]).meta({ description: 'a message of the visitor' }),
      welcome: grant().default([1, 20]).meta({ description: 'the code of a visitor who enters' }),
    })
    .prefault({})
    .meta({ description: 'what each act of a visitor grants: a number of sends, and for how many seconds' }),
});

export type KfChannelSettings = z.output<typeof kfChannelSettings>;
