import { BridgeError } from '../../src/ports/errors.ts';
import { openSqlite } from '../../src/store/sqlite/engine.ts';

// A process of its own that opens the store and says how that went.
try {
  const store = await openSqlite(process.argv[2] ?? '', () => {});
  console.log('open');
  await store.close();
} catch (error) {
  console.log(error instanceof BridgeError ? error.code : error);
}
