import { expect, test } from 'vitest';
import type { Json } from '../../../src/model/message.ts';
import { callbackOf, eventOf, eventsIn, NOW, openAdapter } from './desk.ts';

const adapter = openAdapter();

/** Who serves after these events, each a second after the one before it. */
function servingAfter(...said: readonly (readonly [type: string, data?: object])[]) {
  const memory = said.reduce<Json | undefined>((folded, [type, data], place) => {
    const timestamp = new Date(NOW + place * 1000).toISOString();
    const [event] = eventsIn(adapter, callbackOf(eventOf(type, data, { timestamp, id: `evt_${place}` })));
    return event === undefined ? folded : adapter.fold(folded, event, NOW);
  }, undefined);
  return adapter.serving?.(memory, NOW);
}

const start = (session: string, by = 'agent') => ['session.started', { session, by }] as const;
const end = (session: string) => ['session.ended', { session }] as const;
const says = ['agent.message', { text: '在' }] as const;

test.each([
  ['nobody, at first', 'nobody', []],
  ['the agent whose session started', 'agent', [start('1')]],
  ['the robot whose session started', 'robot', [start('1', 'robot')]],
  ['nobody once it ended', 'nobody', [start('1'), end('1')]],
  ['the next agent, if the end of the one before comes late', 'agent', [start('1'), start('2'), end('1')]],
  ['nobody, if a session’s start comes after its end', 'nobody', [end('1'), start('1')]],
  ['an agent who writes without a session', 'agent', [says]],
  ['nobody, once the session of an agent who only wrote ended', 'nobody', [says, end('1')]],
  [
    'the robot, though it writes as well',
    'robot',
    [start('1', 'robot'), ['agent.message', { text: '在', from: { role: 'robot' } }]],
  ],
  ['the agent who writes while a robot serves', 'agent', [start('1', 'robot'), says]],
  ['the queue', 'queue', [['queue.joined', {}]]],
  [
    'nobody, if the queue was left',
    'nobody',
    [
      ['queue.joined', {}],
      ['queue.left', { reason: 'timeout' }],
    ],
  ],
  [
    'the agent for whom the queue was left',
    'agent',
    [
      ['queue.joined', {}],
      ['queue.left', { reason: 'served' }],
    ],
  ],
  ['the agent, whatever a queue is left for', 'agent', [start('1'), ['queue.left', { reason: 'visitor' }]]],
  [
    'nobody, where nobody is online',
    'nobody',
    [
      ['queue.joined', {}],
      ['agents.offline', {}],
    ],
  ],
] as const)('it serves %s', (_who, serving, said) => {
  expect(servingAfter(...said)).toBe(serving);
});
