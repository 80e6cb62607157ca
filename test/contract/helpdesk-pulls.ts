import { describe, expect, test } from 'vitest';
import type { PullFrom, PullPage } from '../../src/ports/helpdesk.ts';
import { type PullBench, withBench } from './helpdesk.ts';

const WORDS = 'wo-de-mima-shi-8471';

export function describePulls(open: () => Promise<PullBench>): void {
  describe('pulls', () => {
    test('bring what an agent wrote, once behind its cursor and again before it', () =>
      withBench(open, async (bench) => {
        const first = await pull(bench, null);
        await bench.agentSays(WORDS);
        const page = await pull(bench, first.cursor);
        const words = page.events?.flatMap((event) =>
          event.kind === 'message' || event.kind === 'recorded' ? event.parts : [],
        );
        expect(words).toContainEqual({ kind: 'text', text: WORDS });
        const again = await pull(bench, first.cursor);
        expect(again.events?.map(({ keys }) => keys)).toEqual(page.events?.map(({ keys }) => keys));
        expect((await pull(bench, page.cursor)).events ?? []).toEqual([]);
      }));

    test('keep the order in which an agent wrote, and give each message its own key', () =>
      withBench(open, async (bench) => {
        const first = await pull(bench, null);
        const said = ['一', '二', '三', '三'];
        for (const words of said) await bench.agentSays(words);
        const { events = [] } = await pull(bench, first.cursor);
        const told = events.filter(({ kind }) => kind === 'message' || kind === 'recorded');
        expect(told.map((event) => ('parts' in event ? event.parts : []))).toEqual(
          said.map((words) => [{ kind: 'text', text: words }]),
        );
        expect(new Set(told.map(({ keys }) => keys.join(' '))).size).toBe(said.length);
      }));

    test('end when they are called off', () =>
      withBench(open, async (bench) => {
        await bench.behave('hangs');
        const control = new AbortController();
        const pulled = bench.adapter.pull!(from(bench, null), control.signal);
        control.abort();
        expect((await pulled).outcome).toBe('later');
      }));

    test.each(['losesAnswers', 'babbles', 'unreachable', 'unavailable', 'busy'] as const)(
      'from a vendor that %s come later, and move no cursor',
      (how) =>
        withBench(open, async (bench) => {
          await bench.behave(how);
          const page = await bench.adapter.pull!(from(bench, null), new AbortController().signal);
          expect(page.outcome).toBe('later');
        }),
    );

    test('tell nobody else a word', () =>
      withBench(open, async (bench) => {
        await bench.agentSays(WORDS);
        await pull(bench, null);
        for (const hidden of [...bench.secrets, WORDS]) expect(bench.lines.join('\n')).not.toContain(hidden);
      }));
  });
}

/** All pages from a cursor on, as one. */
async function pull(
  bench: PullBench,
  cursor: string | null,
): Promise<Extract<PullPage, { outcome: 'page' }>> {
  const events = [];
  let at = cursor;
  for (let page = 0; page < 20; page++) {
    const pulled = await bench.adapter.pull!(from(bench, at), new AbortController().signal);
    if (pulled.outcome !== 'page') throw new Error(`expected a page, got ${pulled.code}`);
    events.push(...(pulled.events ?? []));
    at = pulled.cursor;
    if (!pulled.more) return { outcome: 'page', cursor: at, more: false, events };
  }
  throw new Error('expected the last page within 20');
}

function from(bench: PullBench, cursor: string | null): PullFrom {
  return { ...bench.topic, cursor, memory: { conversation: undefined, helpdesk: undefined } };
}
