import { z } from 'zod';
import { webAddress } from '../ports/setting-forms.ts';

const tokenService = z.strictObject({
  url: webAddress().meta({ description: 'address of the token service' }),
  bearer: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'expected letters, digits and signs without spaces')
    .optional()
    .meta({ description: 'secret that the service asks for, sent as authorization: Bearer', secret: true }),
});

export type TokenServiceSettings = z.output<typeof tokenService>;

/** The setting `tokenSource`: where access tokens come from. */
export const tokenSource = z
  .union([z.enum(['stable', 'classic']), tokenService], {
    error: 'expected stable, classic or { url }',
  })
  .default('stable')
  .meta({
    description:
      'where access tokens come from: stable (WeChat’s stable_token), classic (/cgi-bin/token, where other systems that fetch end the bridge’s), or { url, bearer } of a token service of your own, which the README describes',
  });
