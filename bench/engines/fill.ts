import { sql } from 'kysely';
import { Client } from 'pg';
import { conversationId } from '../../src/model/conversation.ts';
import type { StorePlace } from '../../src/ports/store.ts';
import { actInConversation } from '../../src/store/conversations.ts';
import { openStore } from '../../src/store/engines/open.ts';
import { statement } from '../../src/store/statement.ts';
import { account } from '../../test/bridge/account.ts';
import { nameVisitor } from '../intake/prepared.ts';

/** So many messages of each visitor wait: what people write until they give up. */
const eachWaits = 20;
/** Conversations at a time: a database gives up a statement that takes too long. */
const atATime = 500;
const minuteMs = 60_000;

/** Writes messages into an empty store that wait as behind a helpdesk which is down, with all that their pushes leave. */
export async function fillStore(place: StorePlace, messages: number): Promise<void> {
  const store = await openStore(place, () => {});
  try {
    const now = Date.now();
    const all = Array.from({ length: Math.ceil(messages / eachWaits) }, (_, index) => {
      const visitor = nameVisitor(index);
      // Lanes of a helpdesk that is down are tried once a minute, each at its own second.
      return { ...act, id: conversationId('shop', visitor), visitor, now: now - (index % minuteMs) };
    });
    const sorted = all.toSorted((one, other) => (one.id < other.id ? -1 : 1));
    for (let at = 0; at < sorted.length; at += atATime) {
      const some = sorted.slice(at, at + atATime);
      const place = { from: some[0]?.id ?? '', to: some.at(-1)?.id ?? '', each: eachWaits };
      await store.batch(some.map((one) => actInConversation(one)));
      await store.batch([
        addRaws({ ...place, request }),
        addSeen({ ...place, appid: account.appid }),
        addWaiting({ ...place, parts, answer }),
        countWaiting(place),
      ]);
    }
  } finally {
    await store.close();
  }
  if (place.kind === 'postgres') await analyse(place.url);
}

const act = { tenant: 'shop', appid: account.appid, context: null, business: null } as const;
const parts = JSON.stringify([{ kind: 'text', text: '你好，请问这件外套还有中号吗？' }]);
const answer = JSON.stringify({ kind: 'success' });
/** As long as an encrypted push. */
const request = JSON.stringify({ method: 'POST', path: '/wechat/shop', body: 'x'.repeat(600) });

/** What the server would do itself soon after. */
async function analyse(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
}

/** The conversations of a range of ids. */
type Range = { from: string; to: string; each: number };

/** Rows numbered from 1, for each conversation of the range. */
function numbered({ from, to, each }: { readonly from: string; readonly to: string; readonly each: number }) {
  return sql`from conversation cross join
    (with recursive n(i) as (select 1 union all select i + 1 from n where i < cast(${each} as integer)) select i from n) as n
    where conversation.id >= ${from} and conversation.id <= ${to}`;
}

const addRaws = statement<Range & { request: string }>('bench.addRaws', (arg) => {
  const rows = numbered({ from: arg('from'), to: arg('to'), each: arg('each') });
  return sql`
    insert into raw (id, tenant, source, at, problem, request)
    select 'a_0' || conversation.id || '_' || cast(i as text), tenant, 'push', acted_at, null, ${arg('request')} ${rows}`;
});

const addSeen = statement<Range & { appid: string }>('bench.addSeen', (arg) => {
  const rows = numbered({ from: arg('from'), to: arg('to'), each: arg('each') });
  return sql`
    insert into seen (tenant, source, key, until, answer)
    select tenant, 'push', ${arg('appid')} || ' ' || visitor || ' ' || cast(i as text), acted_at + 86400000, null ${rows}`;
});

/** Only the first of a lane has a time. */
const addWaiting = statement<Range & { parts: string; answer: string }>('bench.addWaiting', (arg) => {
  const rows = numbered({ from: arg('from'), to: arg('to'), each: arg('each') });
  return sql`
    insert into message (id, tenant, conversation, helpdesk, direction, lane, action, seq, sender, parts, written_at,
      automatic, state, attempts, tries, reason, starts, due, code, answer, raw, received_at)
    select 'm_0' || conversation.id || '_' || cast(i as text), tenant, conversation.id, 'shop/main', 'forward', 'forward',
      'forward', i, '{"role":"visitor"}', ${arg('parts')}, acted_at, 0, 'received',
      case i when 1 then 9 else 0 end, case i when 1 then 9 else 0 end, case i when 1 then 'vendor' end, 0,
      case i when 1 then acted_at + 60000 end, case i when 1 then 'ECONNREFUSED' end, ${arg('answer')},
      'a_0' || conversation.id || '_' || cast(i as text), acted_at ${rows}`;
});

const countWaiting = statement<Range>(
  'bench.countWaiting',
  (arg) => sql`
    update conversation set seq = cast(${arg('each')} as bigint) where id >= ${arg('from')} and id <= ${arg('to')}`,
);
