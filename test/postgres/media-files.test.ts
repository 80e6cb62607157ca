import { createStoreFiles } from '../../src/media/store-files.ts';
import { openPostgres } from '../../src/store/postgres/engine.ts';
import { mediaFilesContract } from '../contract/media-files.ts';
import { borrowPostgresPlace } from './place.ts';

mediaFilesContract('PostgreSQL', async () => {
  const place = await borrowPostgresPlace();
  const options = { url: place.url, connections: 4, alone: false, onFailure: () => {} };
  const [store, other] = [await openPostgres(options), await openPostgres(options)];
  return {
    files: createStoreFiles(store, { pieceBytes: 7 }),
    another: createStoreFiles(other, { pieceBytes: 7 }),
    async remove() {
      await Promise.all([store.close(), other.close()]);
      await place.remove();
    },
  };
});
