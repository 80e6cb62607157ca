import type { Answer, Call } from '../../sandbox/vendors/server.ts';
import { openServer } from '../../sandbox/vendors/server.ts';

export const empty: Answer = { status: 200, type: 'text/plain', body: '' };

/** What stands where the bridge would: keeps what comes, and answers as it is told; `undefined` is no answer. */
export async function openBridgeDouble(now: () => number) {
  const calls: Call[] = [];
  const double = {
    calls,
    url: '',
    answer: (_call: Call): Answer | undefined | Promise<Answer | undefined> => empty,
    close: () => Promise.resolve(),
  };
  const server = await openServer({
    host: '127.0.0.1',
    port: 0,
    now,
    keep: 0,
    refuse: () => empty,
    async handle(call) {
      calls.push(call);
      return (await double.answer(call)) ?? new Promise<Answer>(() => undefined);
    },
  });
  double.url = `${server.url}/callback/shop/main`;
  double.close = server.close;
  return double;
}
