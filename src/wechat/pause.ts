import type { ApiFailure } from './api-answer.ts';
import { consequenceOf } from './errors.ts';
import { outcomeOf } from './outcome.ts';
import type { ChannelTools } from './tools.ts';

/**
 * What a refusal means for other calls of the same API: where its minute or its day is used up, WeChat takes none of them
 * until the next. Many calls may meet that at once: to all but the first the API is stopped already, and they raise no
 * alarm of their own.
 */
export async function pauseAfter(
  said: Extract<ApiFailure, { kind: 'said' }>,
  path: string,
  { pace, now }: Pick<ChannelTools, 'pace' | 'now'>,
): Promise<ApiFailure> {
  const { kind } = consequenceOf(said.errcode);
  const outcome = outcomeOf(said, now());
  if (outcome.outcome !== 'pause' || (kind !== 'pauseMinute' && kind !== 'pauseDay')) return said;
  const { untilMs, code, alarm = '' } = outcome;
  const isNew = await pace.pause(path, { untilMs, code });
  return isNew ? said : { kind: 'stopped', code, alarm, untilMs };
}
