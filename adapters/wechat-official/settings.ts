import { z } from 'zod';
import { wholeNumber } from '../../src/ports/setting-forms.ts';

/** Settings of the official tool, as they stand in the file beside what the core reads of every helpdesk. */
export const officialSettings = z.strictObject({
  kfAccount: z
    .string()
    .regex(/^[^\s@]{1,64}@[^\s@]{1,64}$/, 'expected an agent’s account such as test1@gh')
    .optional()
    .meta({
      description:
        'agent who is to have all visitors while online (official accounts only); else whoever is free',
      example: 'test1@gh',
    }),
  onlinePollSec: wholeNumber(10, 3600).default(60).meta({
    description: 'seconds between two looks at who is online, where kfAccount is set',
  }),
  recordsPollSec: wholeNumber(0, 86_400).default(600).meta({
    description:
      'seconds between two looks for what agents wrote, for the history (official accounts only); 0 switches it off',
  }),
});

export type OfficialSettings = z.output<typeof officialSettings>;
