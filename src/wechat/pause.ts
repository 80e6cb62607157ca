import type { ApiFailure } from './api-answer.ts';
import { consequenceOf } from './errors.ts';
import { outcomeOf } from './outcome.ts';
import type { ChannelTools } from './tools.ts';

/**
 * What a refusal means for other calls of the same API: where its minute or its day is used up, WeChat takes none of them
 * until the next. Many calls may meet that at once, whoever made them: the first raises the alarm of a day, and to the
 * others the API is stopped already.
 */
export async function pauseAfter(
  said: Extract<ApiFailure, { kind: 'said' }>,
  path: string,
  { pace, now, log }: Pick<ChannelTools, 'pace' | 'now' | 'log'>,
): Promise<ApiFailure> {
  const consequence = consequenceOf(said.errcode);
  const outcome = outcomeOf(said, now());
  const isPause = consequence.kind === 'pauseMinute' || consequence.kind === 'pauseDay';
  if (!isPause || outcome.outcome !== 'pause') return said;
  const { untilMs, code } = outcome;
  const alarm = consequence.kind === 'pauseDay' ? consequence.alarm : '';
  const isNew = await pace.pause(path, { untilMs, code });
  if (!isNew) return { kind: 'stopped', code, alarm, untilMs };
  if (alarm !== '') log.error('alarm.raised', { alarm, call: path });
  return said;
}
