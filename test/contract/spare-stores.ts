import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { queries, statement } from '../../src/store/statement.ts';
import type { MessageTable } from '../../src/store/tables.ts';
import { newConversation, run, visitorRow } from '../store/rows.ts';
import { createSpareStores, type SpareStore } from '../store/spare-stores.ts';

const everyMessage = statement<Record<string, never>, Pick<MessageTable, 'id'>>('spare.messages', () =>
  queries.selectFrom('message').select('id'),
);
const messages = async (store: Store) => (await run(store, everyMessage({}))).length;
const write = (store: Store) => store.batch(visitorRow({ conversation: newConversation() }).steps);

/** What tests rest on who have their store after one another. */
export function spareStoresContract(
  name: string,
  make: (onFailure: () => void) => Promise<SpareStore>,
): void {
  const spares = createSpareStores(make);
  const open = (folder: string) => spares.open(folder, () => {});

  describe(`a store that tests hand on (${name})`, () => {
    test('has what was written when it is opened again, and nothing once it was given back', async () => {
      const first = await open('one');
      await write(first);
      await first.close();
      const again = await open('one');
      expect(await messages(again)).toBe(1);
      await again.close();
      await spares.giveBack('one');
      const next = await open('two');
      expect(await messages(next)).toBe(0);
      await write(next);
      expect(await messages(next)).toBe(1);
      await next.close();
      await spares.giveBack('two');
    });

    test('finishes what it has begun when it is closed, and takes nothing more', async () => {
      const store = await open('three');
      const begun = write(store);
      const closed = store.close();
      await expect(write(store)).rejects.toMatchObject({ code: 'storeUnavailable' });
      await closed;
      await expect(begun).resolves.toBeDefined();
      await spares.giveBack('three');
    });

    test('is nobody else’s while somebody has it open', async () => {
      const store = await open('four');
      await expect(open('four')).rejects.toMatchObject({ code: 'storeUnavailable' });
      await store.close();
      await spares.giveBack('four');
    });
  });
}
