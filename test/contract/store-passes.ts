import { describe, expect, test } from 'vitest';
import { endOutage, noteOutage, readOutage } from '../../src/store/outages.ts';
import {
  dropPassed,
  openForwards,
  passForward,
  promoteForward,
  proveForwards,
} from '../../src/store/passes.ts';
import {
  createRoute,
  freeRoute,
  holdRoute,
  moveRoute,
  proveRoute,
  readRoute,
} from '../../src/store/routes.ts';
import {
  claimFirst,
  duesOf,
  fill,
  HELPDESK,
  NOW,
  newConversation,
  OTHER_HELPDESK,
  run,
  settled,
} from '../store/rows.ts';
import type { Bench } from './store.ts';

const missed = { code: 'stepMissed' };

export function describePasses(bench: Bench): void {
  const pass = (id: string) => passForward({ id, from: HELPDESK, to: OTHER_HELPDESK }, 1);
  const rowsAt = async (conversation: string, helpdesk: string) =>
    (await run(bench.store, openForwards({ conversation, helpdesk }))).map(({ id }) => id);

  describe('forwards that go to another helpdesk', () => {
    test('stand in its lane, and nowhere else, and the first of them is due', async () => {
      const conversation = newConversation();
      const ids = await fill(bench.store, 'forward', { conversation, count: 2 });
      const promote = promoteForward({ conversation, helpdesk: OTHER_HELPDESK, now: NOW });
      await bench.store.batch([...ids.map(pass), promote]);
      expect(await rowsAt(conversation, HELPDESK)).toEqual([]);
      expect(await rowsAt(conversation, OTHER_HELPDESK)).toEqual(ids);
      expect(await duesOf(bench.store, ids)).toEqual([NOW, null]);
    });

    test.each<[string, object]>([
      ['whose outcome is not known', { lost: '{}' }],
      ['that is begun', { progress: '1' }],
    ])('are none %s', async (_what, left) => {
      const conversation = newConversation();
      const [id = ''] = await fill(bench.store, 'forward', { conversation, count: 1 });
      const row = await claimFirst(bench.store, 'forward', conversation);
      await bench.store.batch([settled(row!, { state: 'received', due: NOW, finishedAt: null, ...left })]);
      await expect(bench.store.batch([pass(id)])).rejects.toMatchObject(missed);
      const drop = dropPassed({ id, from: HELPDESK, now: NOW }, 1);
      await expect(bench.store.batch([drop])).rejects.toMatchObject(missed);
    });

    test('are none that is under way, and its coming back is seen', async () => {
      const conversation = newConversation();
      const [id = ''] = await fill(bench.store, 'forward', { conversation, count: 1 });
      const row = await claimFirst(bench.store, 'forward', conversation);
      const seen = proveForwards({ conversation, helpdesk: HELPDESK, open: 1, underWay: 1 }, 1);
      await bench.store.batch([seen]);
      await expect(bench.store.batch([pass(id)])).rejects.toMatchObject(missed);
      await bench.store.batch([settled(row!, { state: 'received', due: NOW, finishedAt: null })]);
      await expect(bench.store.batch([seen])).rejects.toMatchObject(missed);
    });

    test('are proved to be all, as another that comes is seen', async () => {
      const conversation = newConversation();
      await fill(bench.store, 'forward', { conversation, count: 1 });
      const seen = proveForwards({ conversation, helpdesk: HELPDESK, open: 1, underWay: 0 }, 1);
      await bench.store.batch([seen]);
      await fill(bench.store, 'forward', { conversation, count: 1 });
      await expect(bench.store.batch([seen])).rejects.toMatchObject(missed);
    });
  });

  describe('the stay of a conversation', () => {
    const written = (conversation: string) => ({
      conversation,
      state: 'ended' as const,
      until: 0,
      movedAt: 0,
      unseenFrom: null,
      helpdesk: HELPDESK,
      heldUntil: NOW,
      routing: '{"group":"1"}',
      opened: null,
    });

    test('is held and freed by its own helpdesk only, and each moves its version', async () => {
      const conversation = newConversation();
      await bench.store.batch([createRoute(written(conversation), 1)]);
      const [other, own] = [OTHER_HELPDESK, HELPDESK].map((helpdesk) => ({ conversation, helpdesk }));
      await bench.store.batch([holdRoute({ ...other!, until: NOW + 1 }), freeRoute(other!)]);
      await bench.store.batch([proveRoute({ conversation, version: 1 }, 1)]);
      await bench.store.batch([holdRoute({ ...own!, until: NOW + 1 }, 1)]);
      await bench.store.batch([holdRoute({ ...own!, until: NOW }, 0), freeRoute(own!, 1)]);
      expect(await run(bench.store, readRoute({ conversation }))).toMatchObject([
        { version: 3, helpdesk: HELPDESK, held_until: 0, routing: '{"group":"1"}' },
      ]);
      const late = moveRoute({ ...written(conversation), version: 1 }, 1);
      await expect(bench.store.batch([late])).rejects.toMatchObject(missed);
    });
  });

  describe('an outage', () => {
    test('lasts from its first sign until there is an answer', async () => {
      const helpdesk = HELPDESK;
      const note = (now: number) => noteOutage({ helpdesk, now });
      await bench.store.batch([note(NOW), note(NOW + 5)]);
      expect(await run(bench.store, readOutage({ helpdesk }))).toEqual([
        { helpdesk, since: NOW, seen_at: NOW + 5 },
      ]);
      await bench.store.batch([endOutage({ helpdesk })]);
      expect(await run(bench.store, readOutage({ helpdesk }))).toEqual([]);
    });
  });
}
