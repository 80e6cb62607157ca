import type { Random } from '../../chaos/random.ts';
import { signContent } from '../../sandbox/vendors/qiyu/signature.ts';
import { breakContent, mutateBytes } from './content.ts';
import { type FuzzCase, spoilQuery } from './fuzz-case.ts';

/** A callback of Qiyu's with something wrong: half of them are signed correctly over broken content. */
export function makeCallback(appSecret: string, path: string, random: Random): FuzzCase {
  const [eventType, sample] = pickSample(random);
  const isProved = random.next() < 0.5;
  const content = isProved ? breakContent(sample, random) : Buffer.from(sample);
  const time = String(Math.floor(Date.now() / 1000));
  const query = [
    ['eventType', isProved && random.next() < 0.1 ? random.pick(oddTypes) : eventType],
    ['time', time],
    ['checksum', signContent({ appSecret, content, time })],
  ] as const;
  const headers = { 'Content-Type': 'application/json;charset=utf-8' };
  if (isProved) return { method: 'POST', path, query, headers, body: content };
  if (random.next() < 0.5)
    return { method: 'POST', path, query, headers, body: mutateBytes(content, random) };
  const method = random.pick(['POST', 'GET', 'PUT', 'TRACE']);
  return { method, path, query: spoilQuery(query, random), headers, body: content };
}

const oddTypes: readonly [string, ...string[]] = [
  '__proto__',
  'constructor',
  'toString',
  'MSG ',
  'x'.repeat(3000),
];

// Their URLs go nowhere, whatever becomes of them.
function pickSample(random: Random): readonly [string, string] {
  const uid = `oFuzz${String(random.between(0, 50)).padStart(22, '0')}`;
  const id = String(random.between(1, 2 ** 50));
  const session = random.between(1, 1000);
  return random.pick<readonly [string, string]>([
    ['MSG', JSON.stringify({ uid, msgId: id, msgType: 'TEXT', content: '您好', timeStamp: Date.now() })],
    ['MSG', JSON.stringify({ uid, msgId: id, msgType: 110, content: '<p>hello <b>x</b></p>', staffId: 1 })],
    ['MSG', JSON.stringify({ uid, msgId: id, msgType: 'PICTURE', content: { url: 'data:,x', w: 1, h: 1 } })],
    [
      'SESSION_START',
      JSON.stringify({
        uid,
        sessionId: session,
        staffId: 143,
        staffName: '小李',
        staffType: 1,
        message: 'hello',
      }),
    ],
    ['SESSION_END', JSON.stringify({ uid, sessionId: session, closeReason: 0, staffType: 1 })],
    ['EVALUATION_INVITATION', JSON.stringify({ uid, sessionId: session })],
    ['USER_JOIN_QUEUE', JSON.stringify({ uid })],
    ['QUEUE_TIMEOUT', JSON.stringify({ uid })],
  ]);
}
