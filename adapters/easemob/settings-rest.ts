import { z } from 'zod';
import { digits, name } from './setting-forms.ts';

/** Settings of mode `rest`. What that mode cannot do without is checked where all settings are known. */
export const restSettings = {
  tenantId: digits().optional().meta({
    description: 'mode rest: tenant id, from the path of the sending API: 渠道管理 → REST API',
    example: '5833',
  }),
  channelId: digits().optional().meta({
    description: 'mode rest: channel id, from the same path',
    example: '260',
  }),
  restClientId: name().optional().meta({
    description: 'mode rest: Client ID of the association, a UUID',
    example: 'a0000000-0000-4000-8000-000000000001',
  }),
  restClientSecret: name().optional().meta({
    description: 'mode rest: Client Secret of the association',
    secret: true,
    example: '0123456789abcdef0123456789abcdef',
  }),
  previousRestClientSecrets: z.array(name()).default([]).meta({
    description: 'mode rest: earlier Client Secrets whose callbacks are still accepted',
    secret: true,
  }),
  restMd5: z.enum(['hex', 'base64']).default('hex').meta({
    description: 'mode rest: how the MD5 within a signature is written',
  }),
  restTimestampUnit: z.enum(['ms', 's']).default('ms').meta({
    description: 'mode rest: unit of the timestamp of a message; seconds are written as a text',
  }),
  restVisitorId: z.enum(['openid', 'name']).default('openid').meta({
    description: 'mode rest: visitors go by their openid, or by a name without capitals as in mode im',
  }),
  restCallbackAuth: z.enum(['hmac', 'url-token']).default('hmac').meta({
    description: 'mode rest: what proves a callback: a signature, or urlToken in its address',
  }),
  restAllowNoExpiry: z.boolean().default(false).meta({
    description: 'mode rest: accept callbacks that say of themselves that they are valid for ever',
  }),
};
