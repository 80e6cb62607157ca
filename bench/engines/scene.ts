import { setTimeout as pause } from 'node:timers/promises';
import { preciseNow } from '../../chaos/load.ts';
import { linesOf } from '../../test/bridge/scene.ts';
import { openBridges } from '../bridges.ts';
import type { Child } from '../intake/child.ts';
import type { Fired, Order } from '../intake/generator.ts';
import { visitors } from '../intake/scene.ts';

/** What whole bridges on one store are put through. */
export interface EngineScene {
  /** Sends pushes as fast as they are acknowledged, and waits until all are forwarded. */
  flood(generator: Child<Order, Fired>, given: Flood): Promise<Fired>;
  /** Visitors and agents speak at a steady rate; how long each line was under way, milliseconds. */
  talk(given: Talk): Promise<Underway>;
  close(): Promise<void>;
}

interface Flood {
  readonly count: number;
  readonly connections: number;
}

export interface Talk {
  readonly perSecond: number;
  readonly seconds: number;
}

export interface Underway {
  /** From a push to the helpdesk's call. */
  readonly forwards: readonly number[];
  /** From a callback to the send. */
  readonly replies: readonly number[];
  /** Lines that did not come. */
  readonly missing: number;
}

const patienceMs = 60_000;
const talkers = 40;

/** `store`: as the configuration names it. */
export async function openEngineScene(store: string, instances: number): Promise<EngineScene> {
  const { wechat, qiyu, pushUrl, close } = await openBridges({ store, instances });

  return {
    async flood(generator, { count, connections }) {
      const before = qiyu.messages.count;
      await generator.ask({ kind: 'prepare', count, url: pushUrl, account: wechat.account, visitors });
      const fired = await generator.ask({ kind: 'flood', connections });
      await until(() => qiyu.messages.count >= before + count);
      return fired;
    },
    async talk({ perSecond, seconds }) {
      const all = Array.from({ length: talkers }, (_, index) => `oTalk${String(index).padStart(23, '0')}`);
      // Everybody is with an agent before the clock runs.
      await Promise.all(all.map((visitor) => wechat.pushText(pushUrl, visitor, '在吗')));
      await until(() => all.every((visitor) => qiyu.sessionOf(visitor) !== undefined));
      const saidAt = new Map<string, number>();
      const say = (text: string, run: () => Promise<unknown>) => {
        saidAt.set(text, preciseNow());
        return run();
      };
      const lines: Promise<unknown>[] = [];
      const startedAt = performance.now();
      for (let index = 0; index < perSecond * seconds; index += 1) {
        await pause(Math.max(0, startedAt + (index * 1000) / perSecond - performance.now()));
        const visitor = all[index % talkers] ?? '';
        const [question, reply] = [`问${startedAt} ${index}`, `答${startedAt} ${index}`];
        lines.push(say(question, () => wechat.pushText(pushUrl, visitor, question)));
        await pause(500 / perSecond);
        lines.push(say(reply, () => qiyu.agentSays(visitor, reply)));
      }
      await Promise.all(lines);
      // What waited together for a moment is one send.
      const cameAt = () =>
        new Map(
          [...qiyu.messages.all, ...wechat.sends.all].flatMap((message) =>
            linesOf(message).map((line) => [line, message.preciseAt] as const),
          ),
        );
      await until(() => {
        const came = cameAt();
        return [...saidAt.keys()].every((text) => came.has(text));
      });
      const came = cameAt();
      const timesOf = (mark: string) =>
        [...saidAt].flatMap(([text, at]) => {
          const arrivedAt = text.startsWith(mark) ? came.get(text) : undefined;
          return arrivedAt === undefined ? [] : [arrivedAt - at];
        });
      const [forwards, replies] = [timesOf('问'), timesOf('答')];
      return { forwards, replies, missing: saidAt.size - forwards.length - replies.length };
    },
    close,
  };
}

/** What has not come by the end of the patience is counted as missing by whoever waits. */
async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!isSo() && performance.now() < end) await pause(20);
}
