import { afterEach, describe, expect, test } from 'vitest';
import type { EventPart } from '../../../src/model/message.ts';
import { agentSays, openWorld, textOf, visitor, type World, type WorldOptions } from './world.ts';

let world: World;
afterEach(() => world.close());

const success = { kind: 'success' };
const transfer = { kind: 'transfer' };
const ttlMs = 1_800_000;
const forwarded = () => world.told.forwards.map(textOf);
const session = (name: string): EventPart => ({ kind: 'event', name, key: 'kf1@shop' });
const told = { opens: false } as const;
const enter = { kind: 'event', name: 'session-enter' } as const;

/** An agent of the channel's own did something. */
const agents = (ownAgents: 'took' | 'passedOn' | 'left', at = world.clock.now()) =>
  world.pushPart(session(`kf_${ownAgents}`), { at, change: { ...told, ownAgents } });

async function open(ownAgents: WorldOptions['ownAgents'] = {}, options: WorldOptions = {}) {
  world = await openWorld({ ...options, ownAgents });
}

/** What history has beside messages. */
async function happened() {
  const rows = await world.messages();
  return rows.flatMap(({ parts }) => JSON.parse(parts).flatMap(({ name = '' }) => (name ? [name] : [])));
}

describe('the channel’s own agents alone', () => {
  test('are handed over every message, and nothing is forwarded', async () => {
    await open({ isAlone: true });
    expect(await world.push('hello')).toEqual(transfer);
    await world.clock.advance(10 * ttlMs);
    expect(await world.push('again')).toEqual(transfer);
    expect(forwarded()).toEqual([]);
    const row = { helpdesk: 'shop/official', state: 'done', lane: null, answer: JSON.stringify(transfer) };
    const rows = await world.messages();
    expect(rows.filter(({ direction }) => direction === 'forward')).toMatchObject([row, row]);
  });

  test('are handed over no event', async () => {
    await open({ isAlone: true });
    expect(await world.pushPart(enter)).toEqual(success);
    expect(await agents('took')).toEqual(success);
    expect(await world.messages()).toMatchObject([{ state: 'done' }, { state: 'done' }]);
  });

  test('get the visitor for an agent whom the memory knows to be there', async () => {
    const handOver = { account: (memory: unknown) => (memory === 'busy' ? undefined : 'kf1@shop') };
    await open({ isAlone: true, adapter: { handOver } });
    expect(await world.push('hello')).toEqual({ ...transfer, account: 'kf1@shop' });
  });
});

describe('an adapter that throws when it is asked for an agent', () => {
  test('loses no message: whoever is free has the visitor', async () => {
    const account = () => {
      throw new Error('no');
    };
    await open({ isAlone: true, adapter: { handOver: { account } } });
    expect(await world.push('hello')).toEqual(transfer);
  });
});

describe('beside another helpdesk', () => {
  test('a word hands over the message that says it, and those behind it', async () => {
    await open();
    const answers = [];
    for (const text of ['hello', ' Official ', 'are you there?']) answers.push(await world.push(text));
    expect(answers).toEqual([success, transfer, transfer]);
    expect(forwarded()).toEqual(['hello']);
  });

  test('a sentence with the word in it is none', async () => {
    await open();
    expect(await world.push('what is official?')).toEqual(success);
    expect(forwarded()).toEqual(['what is official?']);
  });

  test('messages go to it again once nothing was seen for long enough', async () => {
    await open();
    await world.push('official');
    await world.clock.advance(ttlMs - 1);
    expect(await world.push('still')).toEqual(transfer);
    await world.clock.advance(ttlMs);
    expect(await world.push('later')).toEqual(success);
    expect(forwarded()).toEqual(['later']);
  });

  test('messages go to it again once the channel says that its agent has left', async () => {
    await open();
    await world.push('official');
    await agents('took');
    await agents('left');
    expect(await world.push('thanks')).toEqual(success);
    expect(forwarded()).toEqual(['thanks']);
  });

  test('a message while an agent is said to serve shows that nobody does: it is handed over', async () => {
    await open();
    await world.push('official');
    await agents('took');
    expect(await world.push('hello?')).toEqual(transfer);
  });

  test('an agent who takes the visitor by himself has him', async () => {
    await open();
    await world.push('hello');
    await agents('took');
    expect(await world.push('oh')).toEqual(transfer);
  });

  test('word of an earlier session that comes late ends no later one', async () => {
    await open();
    const before = world.clock.now();
    await world.clock.advance(5000);
    await world.push('official');
    await agents('left', before);
    expect(await world.push('hello?')).toEqual(transfer);
  });

  test('word that an agent came, behind the word that he left, begins no session', async () => {
    await open();
    await world.push('official');
    await world.clock.advance(1000);
    const came = world.clock.now();
    await world.clock.advance(1000);
    await agents('left');
    await agents('took', came);
    expect(await world.push('hello?')).toEqual(success);
  });

  test('an event of the visitor is his who has the conversation, and is never handed over', async () => {
    await open({}, { adapter: { accepts: new Set(['text', 'event']) } });
    await world.push('official');
    expect(await world.pushPart(enter)).toEqual(success);
    expect(forwarded()).toEqual([]);
    await world.clock.advance(ttlMs);
    await world.pushPart(enter);
    expect(world.told.forwards).toHaveLength(1);
  });

  test('no event about its agents is forwarded', async () => {
    await open({}, { adapter: { accepts: new Set(['text', 'event']) } });
    for (const what of ['took', 'passedOn', 'left', 'left'] as const) await agents(what);
    expect(world.told.forwards).toEqual([]);
    expect(await happened()).toEqual(['kf_took', 'kf_passedOn', 'kf_left', 'kf_left']);
  });

  test('an event that comes by itself keeps nobody', async () => {
    await open();
    await world.push('official');
    await world.clock.advance(ttlMs - 1);
    await world.pushPart({ kind: 'event', name: 'LOCATION' }, { change: told });
    await world.clock.advance(1);
    expect(await world.push('back')).toEqual(success);
  });

  test('replies of the other helpdesk still reach the visitor', async () => {
    await open();
    await world.push('hello');
    await world.push('official');
    await world.callback(agentSays('one moment'));
    expect(world.told.sends.map(textOf)).toEqual(['one moment']);
  });

  test('the other helpdesk is told, where it can be, and its session closed', async () => {
    const done: string[] = [];
    const take = (name: string) => async (text?: unknown) => {
      done.push(typeof text === 'string' ? text : name);
      return { outcome: 'accepted' as const };
    };
    await open({}, { adapter: { note: take('note'), closeSession: take('close') } });
    for (const text of ['hello', 'official', 'more']) await world.push(text);
    expect(done).toEqual(['访客已转由微信官方客服接待，其后续消息暂不进入本系统。', 'close']);
    await world.clock.advance(ttlMs);
    await world.push('back');
    expect(done.slice(2)).toEqual(['访客已从微信官方客服返回，期间的对话在此不可见。']);
  });

  test('another visitor is another matter', async () => {
    await open();
    await world.push('official');
    expect(await world.push('hello', { from: 'oVisitor2' })).toEqual(success);
  });

  test('a start in between changes nothing', async () => {
    await open();
    await world.push('official');
    await world.restart();
    expect(await world.push('hello?')).toEqual(transfer);
  });
});

describe('a repeat', () => {
  test('of a message that was handed over is handed over, though the route has ended', async () => {
    await open();
    await world.push('official', { key: 'k' });
    await world.clock.advance(2 * ttlMs);
    expect(await world.push('official', { key: 'k' })).toEqual(transfer);
    expect(await world.messages()).toHaveLength(1);
  });

  test('of a message that was forwarded is not handed over, though the route stands by now', async () => {
    await open();
    await world.push('hello', { key: 'k' });
    await world.push('official');
    expect(await world.push('hello', { key: 'k' })).toEqual(success);
    expect(forwarded()).toEqual(['hello']);
  });

  test('that comes while the first is being written down is answered as the first is', async () => {
    await open();
    const both = [world.push('official', { key: 'k' }), world.push('official', { key: 'k' })];
    expect(await Promise.all(both)).toEqual([transfer, transfer]);
    expect(await world.messages()).toHaveLength(1);
  });

  test('names the agent that the first one named', async () => {
    let account: string | undefined = 'kf1@shop';
    await open({ isAlone: true, adapter: { handOver: { account: () => account } } });
    await world.push('hello', { key: 'k' });
    account = undefined;
    expect(await world.push('hello', { key: 'k' })).toEqual({ ...transfer, account: 'kf1@shop' });
  });
});

describe('pushes that come at the same time', () => {
  test('are decided one after the other', async () => {
    await open();
    await world.push('hello');
    const texts = ['official', 'a', 'b', 'c', 'd', 'e'];
    await Promise.all(texts.map((text) => world.push(text)));
    const rows = (await world.messages()).filter(({ direction }) => direction === 'forward');
    const word = rows.findIndex(({ parts }) => parts.includes('official'));
    for (const [place, { answer, lane }] of rows.entries()) {
      expect(JSON.parse(answer ?? '')).toEqual(place < word ? success : transfer);
      expect(lane).toBe(place < word ? 'forward' : null);
    }
  });
});

describe('what may not have been seen', () => {
  const gaps = async () =>
    (await world.messages()).flatMap(({ event }) => (event?.includes('unseen') ? [JSON.parse(event)] : []));

  test('is written down before the push that shows it', async () => {
    await open();
    const from = world.clock.now();
    await world.push('official');
    await world.clock.advance(600_000);
    await world.push('hello?');
    expect(await gaps()).toEqual([{ kind: 'unseen', from, to: from + 600_000 }]);
    const rows = await world.messages();
    expect(rows.map(({ action, helpdesk }) => [action, helpdesk])).toEqual([
      ['note', 'shop/official'],
      ['note', 'shop/official'],
      ['note', 'shop/official'],
    ]);
    expect(rows[2]?.parts).toContain('hello?');
  });

  test('is the agents’ session, to the second, where the channel tells of it', async () => {
    await open();
    await world.push('official');
    await world.clock.advance(30_000);
    const from = world.clock.now();
    await agents('took');
    await world.clock.advance(60_000);
    await agents('passedOn');
    await world.clock.advance(60_000);
    await agents('left');
    await world.clock.advance(ttlMs);
    await world.push('hello');
    expect(await gaps()).toEqual([{ kind: 'unseen', from, to: from + 120_000 }]);
  });

  test('is shown by the first message to the other helpdesk too, and once', async () => {
    await open();
    await world.push('official');
    await world.clock.advance(ttlMs);
    await world.push('back');
    await world.clock.advance(ttlMs);
    await world.push('on');
    expect(await gaps()).toHaveLength(1);
  });

  test('is nothing between the messages of a visitor who writes on', async () => {
    await open({ isAlone: true });
    for (let messages = 0; messages < 5; messages += 1) {
      await world.push(`${messages}`);
      await world.clock.advance(20_000);
    }
    expect(await gaps()).toEqual([]);
  });
});

describe('what was said in the official tool', () => {
  const line = (from: 'agent' | 'visitor', text: string, at: number) => ({
    kind: 'recorded' as const,
    keys: [`${from}-${text}-${at}`],
    visitor,
    at,
    from: { role: from } as const,
    parts: [{ kind: 'text' as const, text }],
  });

  test('is history, and is sent to nobody', async () => {
    const at = 1_700_000_100_000;
    const events = [line('agent', 'hello', at), line('visitor', 'hi', at + 1000)];
    const page = { outcome: 'page' as const, cursor: 'c', more: false, events };
    const wake = async () => ({
      outcome: 'accepted' as const,
      watch: [{ topic: 'records', afterMs: 60_000 }],
    });
    const adapter = { wake, pull: async () => page, visitorIds: () => [visitor] };
    await open({ isAlone: true, adapter });
    await world.begin();
    await world.push('help');
    await world.clock.advance(120_000);
    expect(world.told.sends).toEqual([]);
    expect(await world.messages()).toMatchObject([
      { parts: expect.stringContaining('help') },
      { direction: 'reply', state: 'done', lane: null, sender: '{"role":"agent"}', written_at: at },
      { direction: 'forward', state: 'done', lane: null, sender: '{"role":"visitor"}' },
    ]);
  });

  test('by the visitor, in a message that was handed over, stands there once', async () => {
    let events = [line('visitor', 'help', 1_700_000_002_000), line('visitor', 'help', 1_700_000_060_000)];
    const pull = async () => {
      const page = { outcome: 'page' as const, cursor: 'c', more: false, events };
      events = [];
      return page;
    };
    const wake = async () => ({
      outcome: 'accepted' as const,
      watch: [{ topic: 'records', afterMs: 60_000 }],
    });
    await open({ isAlone: true, adapter: { wake, pull, visitorIds: () => [visitor] } });
    await world.begin();
    await world.push('help');
    await world.clock.advance(60_000);
    const rows = await world.messages();
    expect(rows.map(({ written_at }) => written_at)).toEqual([1_700_000_000_000, 1_700_000_060_000]);
  });
});
