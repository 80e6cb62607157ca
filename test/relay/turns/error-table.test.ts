import { afterEach, describe, expect, test } from 'vitest';
import type { HttpResult } from '../../../src/ports/http.ts';
import { OK, openDesk, sent } from '../../wechat/desk.ts';
import { answerTable, codeTable, type Does, sayError } from '../../wechat/error-table.ts';
import { agentSays, openWorld, start, type World } from './world.ts';

let world: World;
let desk: ReturnType<typeof openDesk>;
afterEach(() => world.close());

/** The relay with the real WeChat channel, to which WeChat gives these answers, and then takes everything. */
async function openWith(...answers: readonly HttpResult[]): Promise<void> {
  world = await openWorld();
  const clock = Object.defineProperty({ now: start }, 'now', { get: () => world.clock.now() });
  desk = openDesk([...answers, OK], { clock });
  world.onSend((reply, attempt) => desk.channel.send(reply, attempt));
  await world.push('在吗');
  await world.callback(agentSays(FIRST));
}

const FIRST = `第一句 <a href="https://a.example">好</a>${'好'.repeat(200)}`;
const SECOND = '第二句';

const rows = async () =>
  (await world.messages())
    .filter(({ direction }) => direction === 'reply')
    .map(({ state, due, code }) => ({ state, code, waitMs: due === null ? null : Number(due) - start }));
const alarms = () => [...world.told.lines, ...desk.lines].filter((line) => line.startsWith('alarm.raised'));
const resumed = () => desk.lines.filter((line) => line.startsWith('account.resumed'));

/** The lines that WeChat took, shortened to the first three letters; a send that it refused is not among them. */
function linesTaken(refused: number): readonly string[] {
  return desk.calls.slice(refused).flatMap((call) => {
    const { text } = sent(call) as { text: { content: string } };
    return text.content.split('\n').map((line) => line.slice(0, 3));
  });
}

/** The first of each kind: the relay knows no codes, only what the channel makes of them. */
function firstOfEach<Row extends { readonly does: Does }>(table: readonly Row[]): readonly Row[] {
  return [...Map.groupBy(table, ({ does }) => JSON.stringify(does)).values()].flatMap((same) =>
    same.slice(0, 1),
  );
}

const allRows = [
  ...firstOfEach(codeTable).map(({ meaning, codes: [code = 0], does }) => ({
    meaning: `${code}, ${meaning},`,
    answer: sayError(code),
    code: String(code),
    does,
  })),
  ...answerTable.filter(({ code }) => !['http 502', 'http 503'].includes(code)),
];

const untilMinute = 40_000;
const untilMidnight = Date.parse('2023-11-16T00:00:00+08:00') - start;

/** How long the reply waits before it is sent again. */
function waitOf(does: Does): number | undefined {
  if (typeof does === 'object') return ('stopAccount' in does ? does.stopAccount : does.stopApi) * 1000;
  const waits: Partial<Record<typeof does, number>> = {
    retry: 1000,
    unknown: 15_000,
    minute: untilMinute,
    day: untilMidnight,
  };
  return waits[does];
}

function alarmsOf(does: Does): number {
  return typeof does === 'object' || does === 'bug' || does === 'day' ? 1 : 0;
}

const isOneOf =
  (...wanted: readonly Does[]) =>
  ({ does }: { readonly does: Does }) =>
    wanted.includes(does);

describe('a reply waits, and those behind it wait with it', () => {
  test.each(allRows.filter(({ does }) => waitOf(does) !== undefined))(
    'after $meaning until WeChat takes them, in order and once',
    async ({ answer, code, does }) => {
      const waitMs = waitOf(does) ?? 0;
      await openWith(answer);
      expect(await rows()).toEqual([{ state: 'queued', code, waitMs }]);
      await world.callback(agentSays(SECOND));
      await world.clock.advance(waitMs - 1);
      expect(desk.calls).toHaveLength(1);
      await world.clock.advance(1);
      expect(await rows()).toMatchObject([{ state: 'sent' }, { state: 'sent' }]);
      expect(linesTaken(1)).toEqual(['第一句', '第二句']);
      expect(alarms()).toHaveLength(alarmsOf(does));
      expect(resumed()).toHaveLength(typeof does === 'object' ? 1 : 0);
    },
  );
});

describe('a reply is held until the visitor acts', () => {
  test.each(allRows.filter(isOneOf('window', 'allowance')))('after $meaning', async ({ answer, does }) => {
    await openWith(answer);
    await world.callback(agentSays(SECOND));
    expect(await rows()).toMatchObject([{ state: 'held', code: does }, { state: 'held' }]);
    await world.clock.advance(3_600_000);
    expect(desk.calls).toHaveLength(1);
    await world.push('还在吗');
    expect(await rows()).toMatchObject([{ state: 'sent' }, { state: 'sent' }]);
    expect(linesTaken(1)).toEqual(['第一句', '第二句']);
    expect(alarms()).toEqual([]);
  });
});

describe('a reply is a dead letter, and those behind it go on', () => {
  // A text has nothing to upload again, is none of another type, and names no agent.
  test.each(allRows.filter(isOneOf('refuse', 'bug', 'upload', 'convert', 'unsign')))(
    'after $meaning',
    async (row) => {
      await openWith(row.answer);
      await world.callback(agentSays(SECOND));
      expect(await rows()).toMatchObject([{ state: 'dead', code: row.code }, { state: 'sent' }]);
      expect(linesTaken(1)).toEqual(['第二句']);
      expect(alarms()).toHaveLength(alarmsOf(row.does));
    },
  );
});

describe('a reply is sent at once', () => {
  test.each(allRows.filter(isOneOf('refresh', 'shorten', 'strip')))(
    'once more after $meaning',
    async (row) => {
      await openWith(row.answer);
      expect(await rows()).toMatchObject([{ state: 'sent' }]);
      // A shorter text is the first of three.
      expect(linesTaken(0).slice(0, 2)).toEqual(['第一句', '第一句']);
      expect(desk.calls).toHaveLength(row.does === 'shorten' ? 4 : 2);
      expect(alarms()).toEqual([]);
    },
  );
});

test('an answer that is lost twice is a dead letter with an alarm', async () => {
  const lost: HttpResult = { kind: 'lost', code: 'etimedout' };
  await openWith(lost, lost);
  await world.clock.advance(15_000);
  expect(await rows()).toMatchObject([{ state: 'dead', code: 'etimedout' }]);
  expect(alarms()).toHaveLength(1);
});

test('an account that is stopped for an hour has one alarm, and loses nothing', async () => {
  const stopped = sayError(50004);
  await openWith(...Array.from({ length: 60 }, () => stopped));
  await world.callback(agentSays(SECOND));
  await world.push('喂', { from: 'oVisitor2' });
  await world.callback(agentSays('第三句', { visitor: 'oVisitor2' }));
  await world.clock.advance(3_599_999);
  expect(desk.calls).toHaveLength(60);
  expect(alarms()).toHaveLength(1);
  await world.clock.advance(1);
  expect((await rows()).map(({ state }) => state)).toEqual(['sent', 'sent', 'sent']);
  expect(linesTaken(60).toSorted()).toEqual(['第一句', '第二句', '第三句'].toSorted());
  expect(resumed()).toEqual([`account.resumed {"code":"50004","stoppedMs":3600000}`]);
});
