import { expect, test } from 'vitest';
import { openAttempts } from '../../sandbox/attempts.ts';
import { openStory, type Story } from '../../sandbox/story.ts';
import { keepRaw } from '../../src/store/raws.ts';
import { useStoreFolder } from '../store/folder.ts';
import { NOW, newConversation, visitorRow } from '../store/rows.ts';

const folder = useStoreFolder();

/** One line that came by a push of this body, in the sandbox whose WeChat pushed what `pushes` has. */
async function tell(body: string, pushes: ReadonlyMap<string, number>): Promise<Story> {
  const store = await folder.open();
  const request = JSON.stringify({ method: 'POST', body });
  const raw = keepRaw({ id: 'a_1', tenant: 'shop', source: 'push', at: NOW, problem: null, request }, 1);
  const row = visitorRow({ conversation: newConversation(), raw: 'a_1', now: NOW + 740 });
  await store.batch([raw, ...row.steps]);
  return openStory(folder.path, { attempts: openAttempts(), pushedAt: (pushed) => pushes.get(pushed) });
}

test('a line was written when WeChat pushed it, not at the beginning of that second', async () => {
  const story = await tell('<xml/>', new Map([['<xml/>', NOW + 720]]));
  expect(story.journeys()).toMatchObject([{ stations: { writtenAt: NOW + 720, storedAt: NOW + 740 } }]);
  story.close();
});

test('a line whose push is no longer known was written when WeChat says so', async () => {
  const story = await tell('<xml/>', new Map());
  expect(story.journeys()).toMatchObject([{ stations: { writtenAt: NOW, storedAt: NOW + 740 } }]);
  story.close();
});
