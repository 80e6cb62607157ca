import type { ApiLimits, PaceRules } from '../ports/pace.ts';
import { SHANGHAI_MS } from './outcome.ts';
import type { WeChatSettings } from './settings.ts';

const SEND = '/cgi-bin/message/custom/send';
const UPLOAD = '/cgi-bin/media/upload';
const DOWNLOAD = '/cgi-bin/media/get';

/** The APIs whose quota a person may want to see. */
export const QUOTA_APIS = [SEND, UPLOAD, DOWNLOAD] as const;

/**
 * How often an account may call. WeChat documents calls a day of official accounts only (page on API quotas); those of
 * mini-programs, and calls a minute of either, it tells who asks for the quota of an API. A day is Shanghai's.
 */
export function paceRules(settings: WeChatSettings): PaceRules {
  const { sendPerSecond, sendPerMinute, sendPerDay, uploadPerDay, downloadPerDay } = settings;
  return {
    own: new Map<string, ApiLimits>([
      [
        SEND,
        {
          perSecond: sendPerSecond,
          perMinute: sendPerMinute,
          ...(sendPerDay !== undefined && { perDay: sendPerDay }),
        },
      ],
      [UPLOAD, uploadPerDay === undefined ? {} : { perDay: uploadPerDay }],
      [DOWNLOAD, downloadPerDay === undefined ? {} : { perDay: downloadPerDay }],
    ]),
    documented: settings.kind === 'miniprogram' ? new Map() : officialAccount,
    main: SEND,
    utcOffsetMs: SHANGHAI_MS,
  };
}

const officialAccount: ReadonlyMap<string, ApiLimits> = new Map([
  [SEND, { perDay: 500_000 }],
  [UPLOAD, { perDay: 100_000 }],
  [DOWNLOAD, { perDay: 200_000 }],
]);
