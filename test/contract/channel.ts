import { describe } from 'vitest';
import type { Message, Part } from '../../src/model/message.ts';
import type { Channel, SendAttempt, SendOutcome, VisitorAct } from '../../src/ports/channel.ts';
import type { RawRequest } from '../../src/ports/request.ts';
import { describeActs } from './channel-acts.ts';
import { describeMedia } from './channel-media.ts';
import { describePushes } from './channel-pushes.ts';
import { describeSends } from './channel-sends.ts';
import type { Behaviour } from './helpdesk.ts';

/** A channel against a platform that answers; the visitor has written a moment ago. */
export interface ChannelBench {
  readonly channel: Channel;
  readonly visitor: string;
  readonly now: () => number;
  /** What the channel logged, a line an event. */
  readonly lines: readonly string[];
  /** Keys, secrets, tokens: texts that stand nowhere but in calls. */
  readonly secrets: readonly string[];
  behave(how: Behaviour): void | Promise<void>;
  /** How many calls the platform got. */
  calls(): number;
  /** What reached the visitor, in order: texts, and of all else the type. */
  received(): readonly string[];
  /** The same for the n-th: what was uploaded with it. */
  uploaded(n: number): Buffer | undefined;
  /** The visitor writes: the push of it, proved, which holds his words or rings for them. */
  visitorSays(text: string): RawRequest | Promise<RawRequest>;
  /** The visitor sends a picture; the platform's id of it. */
  shelve(picture: Buffer): string;
  /** Of what the next visitor says, and so on: what it is that the platform has of him. */
  pushOf(request: RawRequest): Promise<readonly VisitorAct[]>;
  /** The address is verified. */
  challenge(): { readonly request: RawRequest; readonly echo: string };
  /** Pushes that somebody else made, by what is wrong with them. */
  readonly forged: Readonly<Record<string, (proved: RawRequest) => RawRequest>>;
  close(): Promise<void>;
}

/** What a channel is put to the test with. */
export interface ChannelPlace {
  open(): Promise<ChannelBench>;
  /** It can tell that a message had arrived whose answer was lost. */
  readonly settles: boolean;
}

/** What every channel must do. */
export function channelContract(name: string, place: ChannelPlace): void {
  describe(`the channel (${name})`, () => {
    describePushes(place);
    describeActs(place);
    describeSends(place);
    describeMedia(place);
  });
}

export async function withChannel<Result>(
  { open }: ChannelPlace,
  run: (bench: ChannelBench) => Promise<Result>,
): Promise<Result> {
  const bench = await open();
  try {
    return await run(bench);
  } finally {
    await bench.close();
  }
}

export const text = (words: string): readonly Part[] => [{ kind: 'text', text: words }];

export function replyOf(bench: Pick<ChannelBench, 'now'>, parts: readonly Part[]): Message {
  return {
    id: key,
    conversation: 'c_1',
    direction: 'reply',
    seq: 1,
    from: { role: 'agent' },
    parts,
    writtenAt: bench.now(),
  };
}

/** As the store names a message. */
const key = 'm_01970f3c4d5e7a6b8c9d0e1f2a3b4c5d';

/** Sends a reply as the relay does: on after every `more`, until it is something else. */
export async function sendAll(
  bench: ChannelBench,
  parts: readonly Part[],
  change: Partial<SendAttempt> = {},
): Promise<Exclude<SendOutcome, { outcome: 'more' }>> {
  let attempt: SendAttempt = {
    key,
    visitor: bench.visitor,
    number: 1,
    signal: new AbortController().signal,
    progress: null,
    media: async () => undefined,
    mediaUrl: async () => undefined,
    sends: 5,
    keepText: async () => undefined,
    ...change,
  };
  for (let step = 0; step < 50; step += 1) {
    const outcome = await bench.channel.send(replyOf(bench, parts), attempt);
    if (outcome.outcome !== 'more') return outcome;
    const { wasLost: _, ...rest } = attempt;
    attempt = { ...rest, progress: outcome.progress };
  }
  throw new Error('expected a reply to be sent within 50 steps');
}
