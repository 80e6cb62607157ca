import { describe } from 'vitest';
import type { Fault } from '../../sandbox/vendors/faults.ts';
import type { Conversation } from '../../src/model/conversation.ts';
import type { Message, Part } from '../../src/model/message.ts';
import type { Attempt, Delivery, HelpdeskAdapter, Memories, PullFrom } from '../../src/ports/helpdesk.ts';
import type { RawRequest } from '../../src/ports/request.ts';
import { describeCallbacks } from './helpdesk-callbacks.ts';
import { describeErrors } from './helpdesk-errors.ts';
import { describeForwards } from './helpdesk-forwards.ts';
import { describeMemory } from './helpdesk-memory.ts';
import { describePulls } from './helpdesk-pulls.ts';
import { describeTokens } from './helpdesk-tokens.ts';

export { behaveLike } from './behave-like.ts';

/**
 * How the vendor behaves from now on. `losesAnswers`: it does what it is asked, and nobody hears of it. `unreachable`:
 * no connection. `babbles`: status 200 with a page. `unavailable`: a bare 503. `busy`: a bare 429 that asks for two
 * seconds. `slow`: it does what it is asked, and answers a little late. `hangs`: no answer until the call is called off.
 * {@link behaveLike} lets a pretended server behave so.
 */
export type Behaviour =
  | 'works'
  | 'losesAnswers'
  | 'unreachable'
  | 'babbles'
  | 'unavailable'
  | 'busy'
  | 'slow'
  | 'hangs';

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
  /** What coming calls meet; for {@link HelpdeskPlace.errors}. */
  fail?(fault: Fault): void;
  /** The texts that the vendor has of this visitor, in order. */
  received(): readonly string[];
  close?(): Promise<void>;
}

/** Callbacks as the vendor makes them; each is proved unless its name says otherwise. */
export interface CallbackMaker {
  agentSays(text: string): RawRequest;
  /** Of a kind that no document names. */
  unknownKind(): RawRequest;
  /** Proved, but it can't be understood. Left out where the proof stands in what is to be understood. */
  unreadable?(): RawRequest;
  /** What we sent ourselves, reported back; left out where the vendor never does. */
  ownEcho?(): RawRequest;
  /** The callback only says that something is there to be fetched: of one visitor, or of the whole helpdesk. */
  readonly rings?: true | 'helpdesk';
  /** What proves a callback: each of these is taken away and changed in turn. */
  readonly proof: readonly Proof[];
  /** Other words under the proof of what `agentSays` made; for a proof that covers none. */
  replayed?(text: string): RawRequest;
  /** `nothing`: the vendor's proof covers no byte of the body. Default: every one. */
  readonly covers?: 'body' | 'nothing';
  /** How long a callback is good after `now`. Left out where the vendor gives no time to go by. */
  readonly freshForMs?: number;
  /** By what is wrong with it: too old, another method, and always: another tenant. */
  readonly spoilt: Readonly<Record<string, (text: string) => RawRequest>>;
}

/** A parameter, header, member of the JSON, or the part of the path. `isFree`: it must be there, whatever it says. */
export type Proof = { readonly isFree?: true } & (
  | { readonly in: 'query' | 'headers' | 'body'; readonly name: string }
  | { readonly in: 'part' }
);

/** An error of the vendor's own, and what a message comes to that meets it at every call. */
export interface VendorError {
  readonly name: string;
  readonly fault: Fault;
  readonly comesTo: {
    readonly outcome: Exclude<Delivery['outcome'], 'more'>;
    readonly because?: Extract<Delivery, { outcome: 'later' }>['because'];
    /** Somebody has to be told. Default: nobody. */
    readonly alarms?: true;
  };
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
  /** Every error of the vendor's table; needs {@link HelpdeskBench.fail}. */
  readonly errors?: readonly VendorError[];
  readonly openTokens?: () => Promise<TokenBench>;
  readonly openPull?: () => Promise<PullBench>;
}

/** What every adapter must do. */
export function helpdeskContract(name: string, place: HelpdeskPlace): void {
  describe(`the adapter (${name})`, () => {
    describeForwards(place);
    describeErrors(place, place.errors ?? []);
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
    const memory = fold(bench, attempt.memory, delivery);
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

/** What concerns the helpdesk itself is folded into its own memory. */
function fold(bench: HelpdeskBench, before: Memories, { events = [] }: Delivery): Memories {
  let { conversation, helpdesk } = before;
  for (const event of events) {
    if (event.visitor === null) helpdesk = bench.adapter.fold(helpdesk, event, bench.now());
    else conversation = bench.adapter.fold(conversation, event, bench.now());
  }
  return { conversation, helpdesk };
}
