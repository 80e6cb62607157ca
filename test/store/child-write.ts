import { BridgeError } from '../../src/ports/errors.ts';
import { keepRaw } from '../../src/store/raws.ts';
import { openSqlite } from '../../src/store/sqlite/engine.ts';

// A process of its own that writes rows until it is killed or the store takes nothing more, and prints the id of each as
// soon as its batch has resolved.
const store = await openSqlite(process.argv[2] ?? '', () => {});
const request = 'x'.repeat(Number(process.argv[3] ?? 100));
const atATime = 20;
let number = 0;

async function write(): Promise<void> {
  for (;;) {
    number += 1;
    const id = `a_${String(number).padStart(9, '0')}`;
    await store.batch([keepRaw({ id, tenant: 'shop', source: 'child', at: 0, problem: null, request }, 1)]);
    console.log(id);
  }
}

const ends = await Promise.allSettled(Array.from({ length: atATime }, write));
const codes = ends.map((end) =>
  end.status === 'rejected' && end.reason instanceof BridgeError ? end.reason.code : 'other',
);
console.log([...new Set(codes)].join());
process.exit(0);
