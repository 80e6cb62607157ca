import { afterEach, expect, test } from 'vitest';
import { agentSays, openWorld, type World } from '../relay/turns/world.ts';
import { openDesk, says, textSent } from './desk.ts';

let world: World;
afterEach(() => world.close());

/** The relay with the real channel: what is sent is told by the calls that left. */
async function openRelay(grants: number, { settings = {}, answers = [says({ errcode: 0 })] } = {}) {
  const desk = openDesk(answers, { settings });
  const { send, textOf, rules } = desk.channel;
  const kept: string[] = [];
  world = await openWorld({
    grants,
    channel: { send, textOf, rules: { ...rules, joinWaitMs: [0], reserveForHuman: 2 } },
    media: {
      async keepText(text, { message }) {
        kept.push(text);
        return `https://bridge.example/media/${message}`;
      },
    },
  });
  await world.push('hello');
  return {
    kept,
    texts: () => desk.calls.map(textSent),
    left: async () => Number((await world.messages()).filter(({ state }) => state === 'held').length),
  };
}

const line = (sign: string) => sign.repeat(650);

test('a long text takes the sends that are not kept for people, and what follows keeps its place', async () => {
  const relay = await openRelay(5);
  const long = [line('一'), line('二'), line('三')].join('\n');
  await world.callback(agentSays(long), agentSays('后'));
  expect(relay.texts()).toEqual([line('一'), line('二'), line('三'), '后']);
  expect(relay.kept).toEqual([]);
});

test('a long text is cut where splitting would use up what is kept for people', async () => {
  const relay = await openRelay(5);
  const long = [line('一'), line('二'), line('三'), line('四')].join('\n');
  await world.callback(agentSays(long));
  expect(relay.texts()).toHaveLength(1);
  expect(relay.texts()[0]).toMatch(/^一{650}\n二+…\n\[全文\] https:\/\/bridge\.example\/media\/m_\w+$/);
  expect(relay.kept).toEqual([long]);
  await world.callback(agentSays('1'), agentSays('2'), agentSays('3'));
  expect(relay.texts().slice(1).join('\n')).toBe('1\n2\n3');
});

test('a long text leaves sends to the replies behind it', async () => {
  const relay = await openRelay(4);
  const long = [line('一'), line('二')].join('\n');
  const image = { kind: 'image', media: { id: 'x_1', from: { url: 'https://desk.example/a.png' } } } as const;
  const place = { kind: 'location', latitude: 1, longitude: 2 } as const;
  await world.callback(agentSays(long, { parts: [{ kind: 'text', text: long }, place, image, place] }));
  expect(relay.kept).toEqual([long]);
});

test('what is left of a text that was split waits for the visitor, and goes on where it was', async () => {
  const answers = [says({ errcode: 0 }), says({ errcode: 45047, errmsg: 'x' }), says({ errcode: 0 })];
  const relay = await openRelay(5, { answers });
  await world.callback(agentSays([line('一'), line('二'), line('三')].join('\n')), agentSays('后'));
  expect(relay.texts()).toEqual([line('一'), line('二')]);
  expect(await relay.left()).toBe(2);
  await world.push('go on');
  expect(relay.texts()).toEqual([line('一'), line('二'), line('二'), line('三'), '后']);
});

test('a text that is split survives a restart in the middle', async () => {
  const relay = await openRelay(5, {
    answers: [says({ errcode: 0 }), says({ errcode: -1 }), says({ errcode: 0 })],
  });
  await world.callback(agentSays([line('一'), line('二')].join('\n')));
  await world.restart();
  await world.clock.advance(10_000);
  expect(relay.texts()).toEqual([line('一'), line('二'), line('二')]);
});
