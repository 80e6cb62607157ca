import { vi } from 'vitest';
import type { HttpCall, HttpResult } from '../../src/ports/http.ts';
import type { BridgeProcess, LogLine } from '../bridge/process.ts';
import { type SceneOptions, unjoined } from '../bridge/scene.ts';
import { openWorld, type WorldOptions } from '../relay/turns/world.ts';
import { openDesk } from '../wechat/desk.ts';

/** A helpdesk without limits to its rate, and replies that go at once: for tests where many speak, or often. */
export const unhurried = {
  qiyu: { perInterfaceRate: 1000, perTenantRate: 1000 },
  helpdeskSettings: { qps: { perInterface: 1000, perTenant: 1000 } },
  wechatSettings: unjoined,
} as const satisfies SceneOptions;

export interface RelayOptions extends WorldOptions {
  /** What WeChat says when it is asked for an access token; default: a new one each time. */
  readonly token?: (call: HttpCall, number: number) => HttpResult;
}

/**
 * The relay on its real store, whose replies leave by the real WeChat channel, in time that is moved by hand. `answers`
 * are what WeChat says to the sends, in turn, the last one again and again; `calls` are the sends.
 */
export async function openRelayToWeChat(answers: readonly HttpResult[], options: RelayOptions = {}) {
  const { token, ...rest } = options;
  const { channel, calls, clock } = openDesk(answers, token === undefined ? {} : { token });
  const world = await openWorld(rest);
  world.onSend((reply, attempt) => {
    clock.now = world.clock.now();
    return channel.send(reply, attempt);
  });
  return { world, calls };
}

/** The first line of a running bridge's log that is so; lines come a moment after what they tell of. */
export function lineOf(bridge: BridgeProcess, matches: (line: LogLine) => boolean): Promise<LogLine> {
  const find = () => {
    const line = bridge.lines.find(matches);
    if (line === undefined) throw new Error('expected a line of the log, got none that matches');
    return line;
  };
  return vi.waitFor(find, { timeout: 5000, interval: 20 });
}
