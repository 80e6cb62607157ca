import type { ChannelTools } from './tools.ts';

/** Notices that tokens are refused long before their end, again and again: another system ends them. */
export interface FightWatch {
  /** WeChat refused this token; a token counts once. */
  noteRefused(token: string): void;
}

/** Raises one alarm a fight: at the third token within a day, and not again before a day without any. */
export function createFightWatch({ log, now }: Pick<ChannelTools, 'log' | 'now'>, alarm: string): FightWatch {
  let last: string | undefined;
  let times: readonly number[] = [];
  let isRaised = false;
  return {
    noteRefused(token) {
      if (token === last) return;
      last = token;
      const recent = times.filter((time) => time > now() - DAY_MS);
      if (recent.length === 0) isRaised = false;
      times = [...recent, now()].slice(-MANY);
      if (isRaised || times.length < MANY) return;
      isRaised = true;
      log.error('alarm.raised', { alarm });
    },
  };
}

const DAY_MS = 86_400_000;
const MANY = 3;
