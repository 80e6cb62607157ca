import { z } from 'zod';
import type { QuotaAnswer } from '../ports/pace.ts';
import type { WeChatClient } from './client.ts';

/** Asks WeChat how much of an API's quota is left (page on API quotas, `openapi/quota/get`). It disturbs nothing. */
export async function readQuota(client: WeChatClient, api: string): Promise<QuotaAnswer> {
  const answer = await client.callApi('/cgi-bin/openapi/quota/get', { cgi_path: api });
  if (answer.kind !== 'ok') {
    const because = answer.kind === 'noToken' ? answer.because : answer;
    if (because.kind === 'said') return { kind: 'failed', code: String(because.errcode) };
    return { kind: 'failed', code: 'code' in because ? because.code : because.kind };
  }
  const { success, data } = quotaShape.safeParse(answer.value);
  if (!success) return { kind: 'failed', code: 'unreadable' };
  const { quota, rate_limit: rate } = data;
  return {
    kind: 'reading',
    reading: {
      ...(quota && { daily: { limit: quota.daily_limit, used: quota.used, remain: quota.remain } }),
      ...(rate && { rate: { calls: rate.call_count, perMs: rate.refresh_second * 1000 } }),
    },
  };
}

const count = z.coerce.number().int().min(0);
const quotaShape = z.looseObject({
  quota: z.looseObject({ daily_limit: count, used: count, remain: count }).optional(),
  // Where nothing is limited by the minute, it may be missing, or say nothing.
  rate_limit: z
    .looseObject({ call_count: count.min(1), refresh_second: count.min(1) })
    .optional()
    .catch(undefined),
});
