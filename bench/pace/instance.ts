import { createAddressGuard } from '../../src/http/address-guard.ts';
import { createFetch } from '../../src/http/fetch.ts';
import { createPace } from '../../src/pace/pace.ts';
import { paceFetch } from '../../src/pace/paced-fetch.ts';
import { systemClock } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import { openPostgres } from '../../src/store/postgres/engine.ts';
import { createLeaseDesk } from '../../src/store/postgres/leases.ts';

/**
 * One of several instances: the pace of an account over a database, and a backlog of calls behind it, from the message
 * `begin` on. Started by `alone.ts` with the database's URL, the platform's, and the limit of a second.
 */

const [databaseUrl = '', platformUrl = '', limit = ''] = process.argv.slice(2);
/** As many turns of a tenant run at a time in a bridge. */
const turns = 32;
const SEND = '/cgi-bin/message/custom/send';

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => quiet };
const store = await openPostgres({ url: databaseUrl, connections: 4, alone: false, onFailure: () => {} });
const pace = createPace({
  tenant: 'shop',
  store,
  clock: systemClock,
  log: quiet,
  rules: {
    own: new Map([[SEND, { perSecond: Number(limit), perMinute: 1_000_000 }]]),
    documented: new Map(),
    main: SEND,
    utcOffsetMs: 28_800_000,
  },
  leases: createLeaseDesk(store),
});
const fetch = paceFetch(createFetch(createAddressGuard(['127.0.0.0/8'])).fetch, pace);

async function callOnAndOn(): Promise<never> {
  for (;;) await fetch({ method: 'POST', url: platformUrl, name: SEND, body: '{}' });
}

process.once('message', () => {
  for (let turn = 0; turn < turns; turn += 1) void callOnAndOn();
});
process.once('disconnect', () => process.exit());
process.send?.('ready');
