import { expect, test } from 'vitest';
import { decryptHex } from '../../../adapters/qiyu/callback.ts';
import { md5Of, signChecksum } from '../../../adapters/qiyu/signature.ts';
import { callsOf, openDesk, paths, payload, pushOf, SECRET, says } from './desk.ts';

const A = '{"uid":"oABC_1","msgType":"TEXT","content":"你好，七鱼"}';
const C = '{"uid":"oABC_1","content":"\\u60a8\\u597d"}';
const B = payload('msg-text.json');
const PRETTY = JSON.stringify(JSON.parse(B), null, 4);

test.each([
  {
    name: 'a call',
    content: A,
    bytes: 61,
    md5: '7889c6576730ea27a689dc9eec9a9071',
    time: '1700000000',
    checksum: '58d29b12c3150ce987d49b4a7e96cc6a257d2fc3',
  },
  {
    name: 'a push',
    content: B,
    bytes: 189,
    md5: '321183a1cf1386a0d4287378c301996e',
    time: '1700000123',
    checksum: 'd15bad7496b4b0928a435807b5693bda708b5dbc',
  },
  {
    name: 'the same push in other bytes',
    content: PRETTY,
    bytes: 232,
    md5: '87ab2f5ec9ee6db25c4544e99539ee7f',
    time: '1700000123',
    checksum: '0bbbc4e4c18bb295ccb8b049b2d19117567ee33c',
  },
  {
    name: 'a push with escapes',
    content: C,
    bytes: 41,
    md5: 'c39330a04897b759f3aa2d47805d98df',
    time: '1700000123',
    checksum: 'acf478bf270155844d6d01af8c7696d443e9833c',
  },
  {
    name: 'a file',
    content: 'qiyu-file-0001',
    bytes: 14,
    md5: '89a120a7ec4f3e37ee06c68243d390d9',
    time: '1700000200',
    checksum: '09fd0673c656084ce77bda9212d8271d7a85396c',
  },
])('the checksum of $name covers its exact bytes and the time', ({ content, bytes, md5, time, checksum }) => {
  const body = Buffer.from(content);
  expect(body).toHaveLength(bytes);
  expect(md5Of(body)).toBe(md5);
  expect(signChecksum(SECRET, { proof: md5, time })).toBe(checksum);
});

test('with algorithm 1 it is SHA-256', () => {
  const signed = { proof: md5Of(Buffer.from(A)), time: '1700000000' };
  expect(signChecksum(SECRET, signed, 1)).toBe(
    'cab8e6ce8ac84230a35c5d18728da5c0c6fdb7620276143141adce93cc758f6f',
  );
});

test('the MD5 of the base64 text would be another one', () => {
  const base64 = Buffer.from('qiyu-file-0001').toString('base64');
  expect(base64).toBe('cWl5dS1maWxlLTAwMDE=');
  expect(md5Of(Buffer.from(base64))).toBe('09b987cea455c4176333138e81b28de6');
});

test('a text is sent as the bytes of the example, signed when it leaves', async () => {
  const desk = openDesk({}, { route: 'robot' });
  await desk.say('你好，七鱼');
  const [call] = callsOf(desk, 'send');
  expect(String(call?.body)).toBe(A);
  expect(call?.url).toBe(
    `https://qiyukf.com${paths.send}?appKey=key-1&time=1700000000&checksum=58d29b12c3150ce987d49b4a7e96cc6a257d2fc3`,
  );
  expect(call?.headers).toEqual({ 'content-type': 'application/json;charset=utf-8' });
});

test('with checksumAlgorithm 1 the call says so', async () => {
  const desk = openDesk({}, { route: 'robot', checksumAlgorithm: 1 });
  await desk.say('你好，七鱼');
  expect(new URL(callsOf(desk, 'send')[0]!.url).searchParams).toEqual(
    new URLSearchParams({
      appKey: 'key-1',
      time: '1700000000',
      checksum: 'cab8e6ce8ac84230a35c5d18728da5c0c6fdb7620276143141adce93cc758f6f',
      checksumAlgorithm: '1',
    }),
  );
});

test.each(['multipart', 'base64'])('an upload as %s is signed over the file itself', async (uploadMode) => {
  const uploaded = says({ code: 200, url: 'https://qiyu.example/f' });
  const desk = openDesk({ upload: uploaded, base64: uploaded }, { route: 'robot', uploadMode });
  desk.clock.now = 1_700_000_200_000;
  desk.copies.set('x_1', {
    type: 'image/png',
    bytes: 14,
    name: 'a.png',
    md5: 'of no use here',
    read: async () => Buffer.from('qiyu-file-0001'),
  });
  await desk.forward([{ kind: 'image', media: { id: 'x_1', from: {} } }]);
  const [call] = callsOf(desk, uploadMode === 'base64' ? 'base64' : 'upload');
  expect(new URL(call!.url).searchParams.get('checksum')).toBe('09fd0673c656084ce77bda9212d8271d7a85396c');
  if (uploadMode === 'base64') {
    expect(String(call?.body)).toBe('cWl5dS1maWxlLTAwMDE=');
    expect(call?.headers).toEqual({ 'content-type': 'text/plain;charset=ISO-8859-1' });
  } else {
    expect(String(call?.body)).toContain('name="file"; filename="a.png"\r\n');
    expect(String(call?.body)).toContain('\r\n\r\nqiyu-file-0001\r\n--');
    expect(call?.headers?.['content-type']).toMatch(/^multipart\/form-data; boundary=\S+$/);
  }
});

test.each([B, PRETTY, C])('the push of the example is proved by its own bytes', (body) => {
  const { adapter } = openDesk();
  const request = pushOf('MSG', body, { time: '1700000123' });
  expect(adapter.readCallback?.(request, 1_700_000_123_000)).toMatchObject({
    kind: 'events',
    answer: { status: 200, body: '' },
    events: [{ kind: 'message', visitor: 'oABC_1' }],
  });
});

test('the nonce scheme covers nonce and time', () => {
  const checksum = '4394a036c4790453d12fed2a96f6915d0e81d702';
  expect(signChecksum(SECRET, { proof: 'n7f3k2', time: '1700000123' })).toBe(checksum);
  const query = { nonce: 'n7f3k2', checksum };
  const request = pushOf('MSG', B, { time: '1700000123', query });
  const nonce = openDesk({}, { callbackScheme: 'nonce' }).adapter;
  expect(nonce.readCallback?.(request, 1_700_000_123_000)).toMatchObject({ kind: 'events' });
  const md5 = openDesk().adapter;
  expect(md5.readCallback?.(request, 1_700_000_123_000)).toMatchObject({ kind: 'refused' });
  expect(nonce.readCallback?.(pushOf('MSG', B), 1_700_000_000_000)).toMatchObject({ kind: 'refused' });
});

test('the address is verified by decrypting what AES/ECB encrypted by the AppSecret', () => {
  const echostr = 'e554af292a1c62125a03769d2d6c7a4a';
  expect(decryptHex(echostr, Buffer.from(SECRET))).toBe('hello-qiyu');
  const { adapter } = openDesk();
  const verification = (text: string) =>
    pushOf('', '', { query: { eventType: undefined, echostr: text, appkey: 'key-1', nonce: 'n' } });
  expect(adapter.readCallback?.(verification(echostr), 1_700_000_000_000)).toEqual({
    kind: 'challenge',
    answer: { status: 200, type: 'text/plain', body: 'hello-qiyu' },
  });
  for (const spoilt of ['00'.repeat(16), 'zz', 'ab']) {
    expect(adapter.readCallback?.(verification(spoilt), 1_700_000_000_000)).toMatchObject({
      kind: 'refused',
    });
  }
});
