import { describe } from 'vitest';
import type { Conversation } from '../../src/model/conversation.ts';
import type { Json, Message, Part } from '../../src/model/message.ts';
import type { Attempt, Delivery, HelpdeskAdapter, PullFrom } from '../../src/ports/helpdesk.ts';
import type { RawRequest } from '../../src/ports/request.ts';
import { describeCallbacks } from './helpdesk-callbacks.ts';
import { describeForwards } from './helpdesk-forwards.ts';
import { describeMemory } from './helpdesk-memory.ts';
import { describePulls } from './helpdesk-pulls.ts';
import { describeTokens } from './helpdesk-tokens.ts';

/**
 * How the vendor behaves from now on. `losesAnswers`: it does what it is asked, and nobody hears of it. `unreachable`:
 * no connection. `babbles`: status 200 with a page. `unavailable`: a bare 503. `hangs`: no answer until the call is
 * called off.
 */
export type Behaviour = 'works' | 'losesAnswers' | 'unreachable' | 'babbles' | 'unavailable' | 'hangs';

/** An adapter against something that answers. */
export interface HelpdeskBench {
  readonly adapter: HelpdeskAdapter;
  readonly conversation: Conversation;
  readonly now: () => number;
  /** What the adapter logged, a line an event. */
  readonly lines: readonly string[];
  /** Keys, secrets, tokens: texts that stand nowhere but in calls. */
  readonly secrets: readonly string[];
  behave(how: Behaviour): void | Promise<void>;
  /** The texts that the vendor has of this visitor, in order. */
  received(): readonly string[];
  close?(): Promise<void>;
}

/** Callbacks as the vendor makes them; each is proved unless its name says otherwise. */
export interface CallbackMaker {
  agentSays(text: string): RawRequest;
  /** Of a kind that no document names. */
  unknownKind(): RawRequest;
  /** Proved, but it can't be understood. */
  unreadable(): RawRequest;
  /** What we sent ourselves, reported back; left out where the vendor never does. */
  ownEcho?(): RawRequest;
  /** What proves a callback: each of these is taken away in turn. */
  readonly proof: readonly { readonly in: 'query' | 'headers'; readonly name: string }[];
  /** By what is wrong with it: too old, another secret, another tenant. */
  readonly spoilt: Readonly<Record<string, (text: string) => RawRequest>>;
}

/** Tokens as the vendor gives them out. */
export interface TokenBench extends HelpdeskBench {
  /** How many were given out. */
  tokens(): number;
  /** The token given out last is refused from now on. */
  revokeToken(): void;
}

/** Something to fetch: what an agent wrote is on the page from this topic. */
export interface PullBench extends HelpdeskBench {
  readonly topic: Pick<PullFrom, 'topic' | 'conversation'>;
  agentSays(text: string): void | Promise<void>;
}

/** What an adapter is put to the test with. Parts that its vendor does not know are left out. */
export interface HelpdeskPlace {
  open(): Promise<HelpdeskBench>;
  /** Makes callbacks for a bench. */
  readonly callbacks?: (bench: HelpdeskBench) => CallbackMaker;
  readonly openTokens?: () => Promise<TokenBench>;
  readonly openPull?: () => Promise<PullBench>;
}

/** What every adapter must do. */
export function helpdeskContract(name: string, place: HelpdeskPlace): void {
  describe(`the adapter (${name})`, () => {
    describeForwards(place);
    describeMemory(place);
    if (place.callbacks !== undefined) describeCallbacks(place, place.callbacks);
    if (place.openTokens !== undefined) describeTokens(place.openTokens);
    if (place.openPull !== undefined) describePulls(place.openPull);
  });
}

/** Opens a bench for one test, and closes it whatever becomes of the test. */
export async function withBench<Bench extends HelpdeskBench>(
  open: () => Promise<Bench>,
  run: (bench: Bench) => Promise<void>,
): Promise<void> {
  const bench = await open();
  try {
    await run(bench);
  } finally {
    await bench.close?.();
  }
}

/** Carries a message as the core does: on after every `more`, with the memory folded meanwhile. */
export async function carry(
  bench: HelpdeskBench,
  parts: readonly Part[],
  change: Partial<Attempt> = {},
): Promise<Delivery> {
  let attempt: Attempt = { ...firstAttempt(bench), ...change };
  for (let step = 0; step < 50; step++) {
    const delivery = await bench.adapter.forward(messageOf(bench, parts, attempt.key), attempt);
    if (delivery.outcome !== 'more') return delivery;
    const conversation = fold(bench, attempt.memory.conversation, delivery);
    const memory = { ...attempt.memory, conversation };
    attempt = { ...attempt, memory, number: attempt.number + 1, progress: delivery.progress };
  }
  throw new Error('expected a message to be carried within 50 steps');
}

export function firstAttempt(bench: HelpdeskBench): Attempt {
  return {
    key: 'm_1',
    number: 1,
    signal: new AbortController().signal,
    conversation: bench.conversation,
    memory: { conversation: undefined, helpdesk: undefined },
    progress: null,
    behind: [],
    explained: [],
  };
}

export function text(words: string): readonly Part[] {
  return [{ kind: 'text', text: words }];
}

function messageOf(bench: HelpdeskBench, parts: readonly Part[], id: string): Message {
  return {
    id,
    conversation: bench.conversation.id,
    direction: 'forward',
    seq: 1,
    from: { role: 'visitor' },
    parts,
    writtenAt: bench.now(),
  };
}

function fold(bench: HelpdeskBench, memory: Json | undefined, { events = [] }: Delivery): Json | undefined {
  return events.reduce<Json | undefined>(
    (folded, event) => bench.adapter.fold(folded, event, bench.now()),
    memory,
  );
}
