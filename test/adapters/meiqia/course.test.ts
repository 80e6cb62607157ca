import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../../src/model/message.ts';
import type { Attempt } from '../../../src/ports/helpdesk.ts';
import { type Desk, OPENID, withDesk } from './desk.ts';

/** What may happen between a visitor and his agents. */
const happening = fc.constantFrom(
  'visitorSays',
  'visitorSays',
  'visitorSays',
  'agentSays',
  'agentSays',
  'look',
  'end',
  'agentsLeave',
  'agentsCome',
  'agentsBusy',
  'keysChange',
  'answerLost',
  'callLost',
  'away',
  'minutePasses',
);

type Happening = typeof happening extends fc.Arbitrary<infer Name> ? Name : never;

/** Carries a text as the core does, through every `more`, every pause and every lost answer, until it is done with. */
async function carry(desk: Desk, text: string, key: string): Promise<void> {
  let progress: Json = null;
  let lost: Attempt['lost'];
  for (let number = 1; number < 60; number++) {
    const startedAt = desk.clock.now;
    const step = await desk.forwardOnce([{ kind: 'text', text }], {
      key,
      number,
      progress,
      ...(lost && { lost }),
    });
    if (step.outcome === 'accepted') return;
    if (step.outcome === 'refused') throw new Error(`expected a message to be carried, got ${step.code}`);
    if (step.outcome === 'more') {
      progress = step.progress;
      lost = undefined;
      continue;
    }
    if (step.outcome === 'unknown') lost = { startedAt, code: step.code };
    desk.clock.now += step.afterMs ?? 1000;
  }
  throw new Error('expected a message to be carried within 60 attempts');
}

async function take(
  desk: Desk,
  name: Happening,
  said: { forward: string[]; reply: string[] },
): Promise<void> {
  const { meiqia } = desk;
  const each = (change: object) => {
    for (const agent of meiqia.agents) meiqia.putAgent({ ...agent, ...change });
  };
  switch (name) {
    case 'visitorSays': {
      const text = `客${said.forward.length}`;
      said.forward.push(text);
      return carry(desk, text, `m_${text}`);
    }
    case 'agentSays': {
      const isServed =
        meiqia.visitorOf(OPENID) !== undefined && meiqia.agents.some(({ isOnline }) => isOnline);
      if (!isServed) return;
      const text = `服${said.reply.length}`;
      said.reply.push(text);
      return void (await meiqia.agentSays(OPENID, text));
    }
    case 'look':
      return void (await desk.pull().catch(() => undefined)); // as it is away
    case 'end':
      return meiqia.conversationOf(OPENID) === undefined ? undefined : meiqia.endConversation(OPENID);
    case 'agentsLeave':
      return each({ isOnline: false });
    case 'agentsCome':
      return each({ isOnline: true, capacity: 9 });
    case 'agentsBusy':
      return each({ capacity: 0 });
    case 'keysChange':
      return meiqia.visitorOf(OPENID) === undefined ? undefined : meiqia.changeKey(OPENID);
    case 'answerLost':
      return void meiqia.fail({ path: '/client/send_msg', lose: true });
    case 'callLost':
      return void meiqia.fail({ path: '/client/send_msg', reset: true });
    case 'away':
      return void meiqia.fail({ status: 503, times: 2 });
    case 'minutePasses':
      desk.clock.now += 61_000;
      return;
    default:
      return name satisfies never;
  }
}

async function lookUntilThere(desk: Desk): Promise<void> {
  for (let times = 0; times < 100; times++) {
    const page = await desk.pull().catch(() => undefined);
    if (page !== undefined) return;
  }
  throw new Error('expected a page within 100 looks');
}

test('whatever happens, each message arrives once and in order, both ways', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 10, maxLength: 40 }), (happenings) =>
      withDesk(
        async (desk) => {
          const said = { forward: [] as string[], reply: [] as string[] };
          for (const name of happenings) {
            await take(desk, name, said);
            desk.clock.now += 500;
          }
          await lookUntilThere(desk);
          const written = [
            ...desk.meiqia.messages.all.map(({ at, text = '' }) => ({ at, text })),
            ...desk.meiqia.tickets.flatMap(({ words }) =>
              words.map(({ at, content: text }) => ({ at, text })),
            ),
          ].toSorted((one, other) => one.at - other.at);
          expect(written.map(({ text }) => text)).toEqual(said.forward);
          expect(desk.shown()).toEqual(said.reply);
        },
        {},
        { greeting: '' },
      ),
    ),
    { numRuns: 25 },
  );
});
