import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { openOutgoing } from '../../sandbox/vendors/outgoing.ts';

/** A server that answers the calls by these functions in turn, and an outgoing that calls it. */
async function openPair(answers: readonly ((response: ServerResponse) => void)[]) {
  let calls = 0;
  const server = createServer((request, response) => {
    request.resume();
    answers[calls]?.(response);
    calls += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const outgoing = openOutgoing();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    outgoing,
    calls: () => calls,
    call: () => outgoing.call({ method: 'POST', url, headers: {}, body: Buffer.from('{}'), timeoutMs: 2000 }),
    async [Symbol.asyncDispose]() {
      outgoing.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const answerWhole = (response: ServerResponse) => response.end('ok');
const cutBefore = (response: ServerResponse) => response.destroy();
const cutWithin = (response: ServerResponse) => {
  response.writeHead(200, { 'Content-Length': 10 });
  response.write('half', () => response.destroy());
};

test('a kept connection that is gone is no failed try', async () => {
  await using pair = await openPair([answerWhole, cutBefore, answerWhole]);
  await pair.call();
  expect(await pair.call()).toMatchObject({ kind: 'answer', status: 200 });
  expect(pair.calls()).toBe(3);
});

test('an answer that is cut in its middle is one: the call is not made again in silence', async () => {
  await using pair = await openPair([answerWhole, cutWithin, answerWhole]);
  await pair.call();
  expect(await pair.call()).toMatchObject({ kind: 'broken' });
  expect(pair.calls()).toBe(2);
});

test('whoever waits is let go when it closes', async () => {
  await using pair = await openPair([() => undefined]);
  const waiting = [pair.call(), pair.outgoing.pause(60_000)];
  pair.outgoing.close();
  expect((await Promise.all(waiting))[0]).toMatchObject({ kind: 'broken' });
});
