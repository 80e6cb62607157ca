import { type Answer, createCaller } from './call.ts';
import { createKfApi, type KfApi } from './kf-api.ts';
import type { WecomKfSettings } from './settings.ts';
import type { TokenTools } from './token.ts';

export type { Answer } from './call.ts';

/** WeCom's endpoints, one function each. */
export interface WecomApi extends KfApi {
  /** A message of the application to one member. */
  sendToMember(userid: string, message: object, signal: AbortSignal): Promise<Answer>;
}

export function createApi(settings: WecomKfSettings, tools: TokenTools): WecomApi {
  const caller = createCaller(settings, tools);
  return {
    ...createKfApi(settings, tools, caller),
    sendToMember: (userid, message, signal) => {
      const body = { touser: userid, agentid: settings.agentid, ...message, ...duplicateCheck(settings) };
      const path = '/cgi-bin/message/send';
      // The limit is a member's own.
      return caller.call({
        path,
        name: `${path} ${userid}`,
        body: JSON.stringify(body),
        type: 'application/json',
        priority: 2,
        signal,
      });
    },
  };
}

function duplicateCheck({ app }: WecomKfSettings): object {
  return app.duplicateCheckSec === 0
    ? {}
    : { enable_duplicate_check: 1, duplicate_check_interval: app.duplicateCheckSec };
}
