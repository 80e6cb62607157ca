import { z } from 'zod';
import { areSound } from '../../src/ports/setting-forms.ts';
import { answerSettings, callSettings, mediaSettings, serviceSettings } from './setting-groups.ts';

/** Settings of one Zhichi account, as they stand in the file beside what the core reads of every helpdesk. */
export const zhichiSettings = z
  .strictObject({ ...callSettings, ...serviceSettings, ...mediaSettings, ...answerSettings })
  .refine(({ replies, callbackToken }) => replies === 'record' || callbackToken !== undefined, {
    path: ['callbackToken'],
    error: 'expected a secret for the address of the pushes, or replies: record, got nothing',
    when: areSound('replies', 'callbackToken'),
  })
  .refine(
    ({ replies, forwardSigned, forwardAppKey, forwardCompanyId }) =>
      forwardCompanyId !== undefined ||
      (forwardAppKey === undefined && (replies !== 'forward' || !forwardSigned)),
    {
      path: ['forwardCompanyId'],
      error: 'expected the company id, which the signature covers',
      when: areSound('replies', 'forwardSigned', 'forwardAppKey', 'forwardCompanyId'),
    },
  )
  .refine(
    ({ replies, forwardSigned, forwardAppKey }) =>
      replies !== 'forward' || !forwardSigned || forwardAppKey !== undefined,
    {
      path: ['forwardAppKey'],
      error: 'expected the key of the forwarding, or forwardSigned: false',
      when: areSound('replies', 'forwardSigned', 'forwardAppKey'),
    },
  )
  .refine(({ whenNobody, companyId }) => whenNobody !== 'ticket' || companyId !== undefined, {
    path: ['companyId'],
    error: 'expected the company id, as whenNobody is ticket',
    when: areSound('whenNobody', 'companyId'),
  })
  .refine(({ whenNobody, ticketTypeId }) => whenNobody !== 'ticket' || ticketTypeId !== undefined, {
    path: ['ticketTypeId'],
    error: 'expected the category of tickets, as whenNobody is ticket',
    when: areSound('whenNobody', 'ticketTypeId'),
  })
  .refine(({ agentOnly, agentId }) => !agentOnly || agentId !== undefined, {
    path: ['agentId'],
    error: 'expected the id of the agent, as agentOnly is true',
    when: areSound('agentOnly', 'agentId'),
  });

/** The settings with their defaults. */
export type ZhichiSettings = z.output<typeof zhichiSettings>;
