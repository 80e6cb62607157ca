import { describe, expect, test } from 'vitest';
import { OPENID, openBench, post, wrapMedia } from './wechat-bench.ts';

const PNG = Buffer.from('\x89PNG\r\n\x1a\nthe rest', 'latin1');
const sendPath = 'message/custom/send';

function textTo(openid: string, content: unknown = 'hi') {
  return { touser: openid, msgtype: 'text', text: { content } };
}

describe('a send', () => {
  test.each([
    [40003, textTo('oNobody')],
    [40008, { touser: OPENID, msgtype: 'hologram' }],
    [45162, { touser: OPENID, msgtype: 'news', news: { articles: [{}] } }],
    [44004, textTo(OPENID, '')],
    [47001, textTo(OPENID, 7)],
    [45002, textTo(OPENID, '好'.repeat(683))],
    [45086, textTo(OPENID, '<a data-miniprogram-appid="wx0000000000000000" href="#">x</a>')],
    [41006, { touser: OPENID, msgtype: 'image', image: {} }],
    [40007, { touser: OPENID, msgtype: 'image', image: { media_id: 'nothing' } }],
    [47001, { touser: OPENID, msgtype: 'link', link: { title: 't', url: 'https://a.example' } }],
    [40013, { touser: OPENID, msgtype: 'miniprogrampage', miniprogrampage: { title: 't', pagepath: 'p' } }],
    [47001, { ...textTo(OPENID), aimsgcontext: { is_ai_msg: true } }],
  ])('is refused with %i, costs nothing and is recorded: %#', async (errcode, body) => {
    await using bench = await openBench();
    bench.grant();
    expect(await bench.call(sendPath, body)).toMatchObject({ errcode });
    expect(bench.wechat.refusedSends.all).toMatchObject([{ errcode, openid: body.touser }]);
    expect(bench.wechat.sends.count).toBe(0);
    expect(bench.wechat.visitor(OPENID)?.remaining).toBe(5);
  });

  test('is taken at its limit of 2048 bytes', async () => {
    await using bench = await openBench();
    bench.grant();
    const text = `${'好'.repeat(682)}ab`;
    expect(await bench.send(text)).toEqual({ errcode: 0, errmsg: 'ok' });
    expect(await bench.wechat.nextSend()).toMatchObject({ openid: OPENID, msgtype: 'text', text });
  });

  test('must be raw UTF-8 with a length', async () => {
    await using bench = await openBench();
    bench.grant();
    const escaped = JSON.stringify(textTo(OPENID, 'X')).replace('X', '\\u60a8');
    const control = JSON.stringify(textTo(OPENID, 'a\\u60a8\u0001b')); // a backslash, and a control character
    expect(await bench.call(sendPath, escaped)).toMatchObject({ errcode: 40033 });
    expect(await bench.call(sendPath, Buffer.from([0x7b, 0xff, 0x7d]))).toMatchObject({ errcode: 40033 });
    expect(await bench.call(sendPath, '')).toMatchObject({ errcode: 44002 });
    expect(await bench.call(sendPath, '[1]')).toMatchObject({ errcode: 47001 });
    const stream = new Blob([JSON.stringify(textTo(OPENID))]).stream();
    expect(await bench.call(sendPath, stream)).toEqual({ status: 412 });
    expect(await bench.call(sendPath, control)).toMatchObject({ errcode: 0 });
  });

  test('is limited by the minute and the day of the account', async () => {
    await using bench = await openBench({ sendPerMinute: 1, sendPerDay: 2 });
    bench.grant();
    expect([await bench.send('a'), await bench.send('b')]).toMatchObject([
      { errcode: 0 },
      { errcode: 45011 },
    ]);
    bench.clock.now += 60_000;
    await bench.send('c');
    bench.clock.now += 60_000;
    expect(await bench.send('d')).toMatchObject({ errcode: 45009 });
    expect(bench.wechat.sends.all.map(({ text }) => text)).toEqual(['a', 'c']);
  });

  test('needs the right method', async () => {
    await using bench = await openBench();
    const response = await fetch(`${bench.wechat.url}/cgi-bin/${sendPath}`);
    expect(await response.json()).toMatchObject({ errcode: 43002 });
    expect((await fetch(`${bench.wechat.url}/cgi-bin/nothing`)).status).toBe(404);
  });
});

describe('media', () => {
  const upload = async (
    bench: Awaited<ReturnType<typeof openBench>>,
    { body, headers }: ReturnType<typeof wrapMedia>,
    type = 'image',
  ) => {
    const path = `/cgi-bin/media/upload?access_token=${await bench.freshToken()}&type=${type}`;
    return post(bench.wechat, path, body, headers);
  };

  test('that were uploaded can be sent for three days', async () => {
    await using bench = await openBench();
    bench.grant();
    const { media_id } = await upload(bench, wrapMedia(PNG));
    const body = { touser: OPENID, msgtype: 'image', image: { media_id } };
    expect(await bench.call(sendPath, body)).toMatchObject({ errcode: 0 });
    bench.clock.now += 3 * 86_400_000;
    bench.grant();
    expect(await bench.call(sendPath, body)).toMatchObject({ errcode: 40007 });
  });

  test.each([
    ['an unknown type', 40004, wrapMedia(PNG), 'sticker'],
    ['another name', 41005, wrapMedia(PNG, { name: 'file' }), 'image'],
    ['a filename that is not ASCII', 41005, wrapMedia(PNG, { filename: '图.png' }), 'image'],
    ['an extension that lies', 40005, wrapMedia(PNG, { filename: 'a.jpg' }), 'image'],
    ['nothing in it', 44001, wrapMedia(Buffer.alloc(0)), 'image'],
    [
      'a format it does not know',
      40005,
      wrapMedia(Buffer.from('RIFF1234WEBP'), { filename: 'a.webp' }),
      'image',
    ],
    ['too many bytes', 40009, wrapMedia(Buffer.concat([PNG, Buffer.alloc(2 * 1024 * 1024)])), 'image'],
  ])('with %s are refused with %i', async (_name, errcode, form, type) => {
    await using bench = await openBench();
    expect(await upload(bench, form, type)).toMatchObject({ errcode });
  });

  test('with a quoted boundary do not pass the gateway', async () => {
    await using bench = await openBench();
    expect(await upload(bench, wrapMedia(PNG, { boundary: '"b1"' }))).toEqual({ status: 412 });
  });

  test('of a visitor are downloaded by id, and by their address', async () => {
    await using bench = await openBench();
    const { message } = await bench.wechat.pushImage(bench.bridge.url, OPENID, PNG);
    const token = await bench.freshToken();
    const download = (id: unknown) =>
      fetch(`${bench.wechat.url}/cgi-bin/media/get?access_token=${token}&media_id=${id}`);
    expect(Buffer.from(await (await download(message.MediaId)).arrayBuffer())).toEqual(PNG);
    expect(Buffer.from(await (await fetch(String(message.PicUrl))).arrayBuffer())).toEqual(PNG);
    const missing = await download('nothing');
    expect([missing.headers.get('content-type'), await missing.json()]).toMatchObject([
      'text/plain',
      { errcode: 40007 },
    ]);
  });
});

test('typing has its own path, needs a recent message, and lasts until it is over', async () => {
  await using bench = await openBench();
  const type = (path = 'business/typing', command = 'Typing') =>
    bench.call(`message/custom/${path}`, { touser: OPENID, command });
  bench.grant();
  expect(await type('typing')).toMatchObject({ errcode: 40200 });
  expect(await type('business/typing', 'typing')).toMatchObject({ errcode: 45072 });
  expect([await type(), await type()]).toMatchObject([{ errcode: 0 }, { errcode: 45081 }]);
  await bench.send('a');
  expect(await type()).toMatchObject({ errcode: 0 });
  bench.clock.now += 30_001;
  expect(await type()).toMatchObject({ errcode: 45080 });
  expect(bench.wechat.visitor(OPENID)?.remaining).toBe(4);
});

describe('faults', () => {
  test('of each kind happen as often as they are told', async () => {
    await using bench = await openBench();
    bench.grant();
    await bench.send('first');
    const path = '/cgi-bin/message';
    bench.wechat.fail({ path, errcode: -1 });
    expect(await bench.send('a')).toMatchObject({ errcode: -1 });
    bench.wechat.fail({ path, status: 502 });
    expect(await bench.send('b')).toEqual({ status: 502 });
    bench.wechat.fail({ path, html: true });
    await expect(bench.send('c')).rejects.toThrow('JSON');
    bench.wechat.fail({ path, reset: true });
    await expect(bench.send('d')).rejects.toThrow();
    bench.wechat.fail({ lose: true, matches: ({ body }) => body.includes('lost') });
    expect(await bench.send('e')).toMatchObject({ errcode: 0 });
    await expect(bench.send('lost')).rejects.toThrow();
    expect(bench.wechat.sends.all.map(({ text }) => text)).toEqual(['first', 'e', 'lost']);
  });

  test('switched off, nothing answers; switched on, the same address does', async () => {
    await using bench = await openBench();
    bench.grant();
    await bench.send('a');
    await bench.wechat.switchOff('unavailable');
    expect(await bench.send('b')).toEqual({ status: 503 });
    await bench.wechat.switchOff();
    expect(bench.wechat.switchedOff).toBe('refused');
    await expect(bench.send('c')).rejects.toThrow();
    await bench.wechat.switchOn();
    expect(await bench.send('d')).toMatchObject({ errcode: 0 });
  });

  test('recording can be switched off without losing count', async () => {
    await using bench = await openBench({ record: false });
    bench.grant();
    await bench.send('a');
    expect([bench.wechat.sends.count, bench.wechat.sends.all]).toEqual([1, []]);
  });
});
