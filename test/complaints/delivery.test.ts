import { afterEach, describe, expect, test } from 'vitest';
import type { Part } from '../../src/model/message.ts';
import type { HttpCall, HttpResult } from '../../src/ports/http.ts';
import { agentSays, type World } from '../relay/turns/world.ts';
import { OK, says, sent } from '../wechat/desk.ts';
import { openRelayToWeChat, type RelayOptions } from './scenes.ts';

let world: World;
let calls: readonly HttpCall[];
afterEach(() => world.close());

const error = (errcode: number) => says({ errcode, errmsg: 'no' });
const lost = { kind: 'lost', code: 'etimedout' } as const;
const wordsSent = () => calls.map((call) => (sent(call) as { text: { content: string } }).text.content);
const replies = async () => (await world.messages()).filter(({ direction }) => direction === 'reply');
const states = async () => (await replies()).map(({ state }) => state);

/** A visitor has said hello, and WeChat will say this to what is sent to him. */
async function meetVisitor(answers: readonly HttpResult[], options?: RelayOptions): Promise<void> {
  ({ world, calls } = await openRelayToWeChat(answers, options));
  await world.push('hello');
}

const notedBy = (notes: string[]): RelayOptions => ({
  adapter: {
    async note(text) {
      notes.push(text);
      return { outcome: 'accepted' };
    },
  },
});

// Success that never arrives: errors that nobody read, and answers that were taken for success.
describe('what an agent wrote', () => {
  test.each([
    [0, 'sent'],
    [45047, 'held'],
    [45015, 'held'],
    [-1, 'queued'],
    [45011, 'queued'],
    [45009, 'queued'],
    [40003, 'dead'],
    [87014, 'dead'],
    [99_999, 'dead'],
  ])('is “sent” only where WeChat took it: after errcode %i it is %s', async (errcode, state) => {
    await meetVisitor([error(errcode)]);
    await world.callback(agentSays('1'));
    expect(await states()).toEqual([state]);
  });

  test('is not taken for sent because the answer was a page with status 200', async () => {
    const page = {
      kind: 'answer',
      status: 200,
      headers: {},
      body: Buffer.from('<html>busy</html>'),
    } as const;
    await meetVisitor([page, OK]);
    await world.callback(agentSays('1'));
    expect(await states()).toEqual(['queued']);
    await world.clock.advance(15_000);
    expect(await states()).toEqual(['sent']);
  });

  test('never vanishes in silence: the agent is told with WeChat’s code, and the log has it', async () => {
    const notes: string[] = [];
    await meetVisitor([error(99_999)], notedBy(notes));
    await world.callback(agentSays('1'));
    expect(notes).toEqual([expect.stringContaining('99999')]);
    expect(world.told.lines).toContainEqual(
      expect.stringMatching(/^reply\.attempted .*"code":"99999","state":"dead"/),
    );
  });

  test('as a card without a picture goes as words, not as a card that is accepted and never shown', async () => {
    await meetVisitor([OK]);
    const link: Part = { kind: 'link', title: '红色连衣裙', url: 'https://shop.example/p/1' };
    await world.callback(agentSays('card', { parts: [link] }));
    expect(wordsSent()).toEqual(['红色连衣裙\nhttps://shop.example/p/1']);
  });
});

// The allowance is invisible, and hammering at a closed door makes it worse.
describe.each([45047, 45015])('a visitor to whom nothing may be sent (%i)', (errcode) => {
  test('costs one refused call, however much the agent goes on writing', async () => {
    await meetVisitor([error(errcode)]);
    for (let line = 1; line <= 20; line += 1) await world.callback(agentSays(`${line}`));
    await world.clock.advance(3_600_000);
    expect(calls).toHaveLength(1);
  });

  test('gets all of it, in order and as one send, once he acts', async () => {
    await meetVisitor([error(errcode), OK]);
    const lines = Array.from({ length: 20 }, (_, index) => `${index + 1}`);
    for (const line of lines) await world.callback(agentSays(line));
    await world.push('still there');
    expect(wordsSent()).toEqual(['1', lines.join('\n')]);
    expect(new Set(await states())).toEqual(new Set(['sent']));
  });
});

// A time-out was repeated like a refusal, and visitors read everything twice.
describe('a send whose answer got lost', () => {
  test('may have arrived: it is repeated once, a while later, and never again', async () => {
    await meetVisitor([lost]);
    await world.callback(agentSays('1'));
    await world.clock.advance(14_999);
    expect(wordsSent()).toEqual(['1']);
    await world.clock.advance(86_400_000);
    expect(wordsSent()).toEqual(['1', '1']);
    expect(world.told.lines.some((line) => line.startsWith('alarm.raised'))).toBe(true);
  });

  test('is not repeated at all where the merchant would rather be asked', async () => {
    await meetVisitor([lost, OK], { sendPolicy: { onUnknown: 'ask' } });
    const full = '1'.repeat(2048); // so that the next one is another send
    await world.callback(agentSays(full), agentSays('2'));
    await world.clock.advance(86_400_000);
    expect(wordsSent()).toEqual([full, '2']);
    expect(await states()).toEqual(['dead', 'sent']);
  });

  test('is repeated with the same lines, and with no other', async () => {
    await meetVisitor([lost, OK]);
    await world.callback(agentSays('1'), agentSays('2'));
    await world.callback(agentSays('3'));
    await world.clock.advance(15_000);
    expect(wordsSent()).toEqual(['1\n2', '1\n2', '3']);
    expect(await states()).toEqual(['sent', 'sent', 'sent']);
  });

  test.each([
    ['“system busy” is a refusal', error(-1)],
    ['nobody listened', { kind: 'notSent', code: 'econnrefused' } as const],
  ])('is another matter than one that was not made: %s, so it is repeated at once', async (_why, answer) => {
    await meetVisitor([answer, answer, OK], { sendPolicy: { onUnknown: 'ask' } });
    await world.callback(agentSays('1'));
    await world.clock.advance(10_000);
    expect(await states()).toEqual(['sent']);
  });
});

// Parts that were sent in parallel arrived in any order.
describe('an agent’s lines in one breath', () => {
  test('leave one after another, each after the answer to the one before', async () => {
    await meetVisitor([OK]);
    const gates: (() => void)[] = [];
    let underWay = 0;
    let most = 0;
    world.onSend(async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise<void>((resolve) => gates.push(resolve));
      underWay -= 1;
      return { outcome: 'accepted' };
    });
    const lines = Array.from({ length: 30 }, (_, index) => agentSays(`${index + 1}`));
    await Promise.all(lines.map((line) => world.callback(line)));
    while (gates.length > 0) {
      gates.shift()?.();
      await world.clock.settle();
    }
    expect(most).toBe(1);
    expect(await states()).toEqual(Array(30).fill('sent'));
    expect(world.told.sends.map(({ seq }) => seq)).toEqual(
      world.told.sends.map(({ seq }) => seq).toSorted((one, other) => one - other),
    );
  });
});
