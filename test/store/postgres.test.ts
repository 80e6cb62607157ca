import { openPostgres } from '../../src/store/postgres/engine.ts';
import { storeContract } from '../contract/store.ts';
import { borrowPostgresPlace } from '../postgres/place.ts';

storeContract('PostgreSQL', async () => {
  const place = await borrowPostgresPlace();
  const options = {
    url: place.url,
    connections: 8,
    onFailure: (cause: unknown) => {
      throw cause;
    },
  };
  return {
    open: () => openPostgres({ ...options, alone: true }),
    openAnother: () => openPostgres({ ...options, alone: false }),
    async empty() {
      const tables = await place.query(
        `select tablename as name from pg_tables where schemaname = current_schema() and tablename <> 'migration'`,
      );
      await place.query(tables.map(({ name }) => `delete from ${name}`).join(';'));
    },
    remove: place.remove,
  };
});
