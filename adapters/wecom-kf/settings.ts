import { z } from 'zod';
import { accessShape, chatShape } from './company-settings.ts';
import { appSettings, handoffSettings } from './mode-settings.ts';
import { areSound, kfAccount, wholeNumber } from './setting-forms.ts';

/** Settings of one WeCom company, as they stand in the file beside what the core reads of every helpdesk. */
export const wecomKfSettings = z
  .strictObject({
    mode: z.enum(['handoff', 'app']).default('handoff').meta({
      description:
        'handoff: visitors are sent a card that leads to the kf chat; app: each message goes to a member as a message of the application',
    }),
    ...accessShape,
    agentid: wholeNumber(1, 2_147_483_647).optional().meta({
      description: 'AgentId of that application; needed for messages of the application',
      example: 1000002,
    }),
    openKfid: kfAccount().optional().meta({
      description: 'the kf account (客服账号) that visitors are sent to; needed in mode handoff',
      example: 'wkAJ2GCAAASSm4',
    }),
    accounts: z.array(kfAccount()).default([]).meta({
      description:
        'further kf accounts, one a group of servicers: a rule of the routing names one as its group, else openKfid is taken',
    }),
    ...chatShape,
    handoff: handoffSettings,
    app: appSettings,
  })
  .refine(({ mode, openKfid }) => mode !== 'handoff' || openKfid !== undefined, {
    error: 'expected openKfid, as mode is handoff',
    path: ['openKfid'],
    when: areSound('mode', 'openKfid'),
  })
  .refine(({ mode, agentid }) => mode !== 'app' || agentid !== undefined, {
    error: 'expected agentid, as mode is app',
    path: ['agentid'],
    when: areSound('mode', 'agentid'),
  })
  .refine(({ handoff, agentid }) => agentid !== undefined || !usesApplication(handoff), {
    error: 'expected agentid, as app is in handoff.transcriptVia or handoff.duringHandoff',
    path: ['agentid'],
    when: areSound('handoff', 'agentid'),
  })
  .refine(({ mode, app }) => mode !== 'app' || app.agents.length > 0, {
    error: 'expected at least one member in app.agents, as mode is app',
    path: ['app', 'agents'],
    when: areSound('mode', 'app'),
  });

function usesApplication({ transcriptVia, duringHandoff }: z.output<typeof handoffSettings>): boolean {
  return transcriptVia.includes('app') || duringHandoff.includes('app');
}

export type WecomKfSettings = z.output<typeof wecomKfSettings>;
