import { expect, test } from 'vitest';
import type { HttpResult } from '../../src/ports/http.ts';
import { attemptOf, openDesk, says, status } from './desk.ts';

async function check(answer?: HttpResult) {
  const desk = openDesk([], answer === undefined ? {} : { token: () => answer });
  return desk.channel.check(attemptOf().signal);
}

test('an account that gives a token is well', async () => {
  expect(await check()).toEqual([]);
});

test('an address that is not in the whitelist is named', async () => {
  const errmsg =
    'invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 65ffe934-2355113d-79ef0b31';
  expect(await check(says({ errcode: 40164, errmsg }))).toEqual([
    { level: 'fatal', text: expect.stringMatching(/IP whitelist.*\(203\.0\.113\.7\), code 40164/) },
  ]);
});

test.each([
  [says({ errcode: 40125, errmsg: 'invalid appsecret' }), 'fatal', /secret.*40125/],
  [says({ errcode: 40013, errmsg: 'invalid appid' }), 'fatal', /appid.*40013/],
  [says({ errcode: 99999, errmsg: '' }), 'fatal', /99999/],
  [status(404), 'fatal', /baseUrl/],
  [{ kind: 'notSent', code: 'enotfound' } as const, 'fatal', /enotfound/],
  [{ kind: 'lost', code: 'etimedout' } as const, 'warn', /etimedout/],
])('a failure is told in plain words (%#)', async (answer, level, text) => {
  const findings = await check(answer);
  expect(findings).toEqual([{ level, text: expect.stringMatching(text) }]);
  expect(JSON.stringify(findings)).not.toContain('app-secret-of-the-tests');
});
