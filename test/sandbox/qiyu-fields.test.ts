import { describe, expect, test } from 'vitest';
import { openBench, PNG, plainType, UID, wrapFile } from './qiyu-bench.ts';

const exampleA = '{"uid":"oABC_1","msgType":"TEXT","content":"你好，七鱼"}';

const md5 = '0'.repeat(32);
const picture = { url: 'https://media.example/a.png', size: 10240, md5, w: 200, h: 120 };

describe('a message', () => {
  test.each([
    ['uid', { uid: undefined }],
    ['uid', { uid: '' }],
    ['uid', { uid: 7 }],
    ['uid', { uid: 'u'.repeat(65) }],
    ['msgType', { msgType: 'VIDEO' }],
    ['msgType', { msgType: 'text' }],
    ['content', { content: '' }],
    ['content', { content: undefined }],
    ['content', { content: { text: 'hi' } }],
    ['content', { content: '好'.repeat(4001) }],
    ['content', { content: 'half a pair \ud83d' }],
    ['content', { msgType: 'PICTURE', content: JSON.stringify(picture) }],
    ['content', { msgType: 'PICTURE', content: { ...picture, note: 'n'.repeat(4000) } }],
    ['content.url', { msgType: 'PICTURE', content: { ...picture, url: 'ftp://media.example/a.png' } }],
    ['content.size', { msgType: 'PICTURE', content: { ...picture, size: '10240' } }],
    ['content.size', { msgType: 'PICTURE', content: { ...picture, size: undefined } }],
    ['content.md5', { msgType: 'PICTURE', content: { ...picture, md5: 'F'.repeat(32) } }],
    ['content.w', { msgType: 'PICTURE', content: { ...picture, w: 1.5 } }],
    ['content.dur', { msgType: 'AUDIO', content: { ...picture } }],
    ['content.dur', { msgType: 'AUDIO', content: { ...picture, dur: 0 } }],
  ])('is refused for its %s: %#', async (because, fields) => {
    await using bench = await openBench();
    const body = { uid: UID, msgType: 'TEXT', content: 'hi', ...fields };
    expect(await bench.call('message/send', body)).toMatchObject({ code: 14004 });
    expect(bench.qiyu.refusals.all).toMatchObject([{ code: 14004, because }]);
  });

  test('is taken at its limit, and with a medium of each kind', async () => {
    await using bench = await openBench();
    const audio = { url: 'https://media.example/a.amr', size: 6400, md5, dur: 4000 };
    expect(await bench.send(UID, '好'.repeat(4000))).toEqual({ code: 200 });
    for (const [msgType, content] of [
      ['PICTURE', picture],
      ['AUDIO', audio],
    ]) {
      expect(await bench.call('message/send', { uid: UID, msgType, content })).toEqual({ code: 200 });
    }
    expect(bench.qiyu.messages.all.slice(1)).toMatchObject([
      { url: picture.url, size: 10240 },
      { url: audio.url, durationMs: 4000 },
    ]);
  });

  test.each([
    ['not JSON', '{"uid":', undefined],
    ['a list', '[]', undefined],
    ['empty', '', undefined],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), undefined],
    ['behind a byte order mark', `\ufeff${exampleA}`, undefined],
    ['called plain text', exampleA, 'text/plain;charset=utf-8'],
    ['of no charset', exampleA, 'application/json'],
  ])('is refused when its body is %s', async (_name, body, type) => {
    await using bench = await openBench();
    const answer = await bench.call('message/send', null, { body, ...(type && { type }) });
    expect(answer).toMatchObject({ code: 14004 });
  });

  test('must be true about a file that was uploaded', async () => {
    await using bench = await openBench();
    const { url } = await bench.call('message/uploadFile', null, wrapFile(PNG));
    const file = bench.qiyu.file(String(url));
    const content = { url, size: PNG.length, md5: file?.md5 };
    const sendPicture = (change: object) =>
      bench.call('message/send', { uid: UID, msgType: 'PICTURE', content: { ...content, ...change } });
    expect(await sendPicture({ size: PNG.length + 1 })).toMatchObject({ code: 14004 });
    expect(await sendPicture({ md5 })).toMatchObject({ code: 14004 });
    expect(await sendPicture({})).toEqual({ code: 200 });
    expect(await bench.qiyu.nextMessage()).toMatchObject({ file: { bytes: PNG } });
  });
});

describe('an upload', () => {
  const limit = 5 * 1024 * 1024;

  test('of five mebibytes is taken, of one byte more it is not', async () => {
    await using bench = await openBench();
    const upload = (size: number) => bench.call('message/uploadFile', null, wrapFile(Buffer.alloc(size, 1)));
    expect(await upload(limit)).toMatchObject({ code: 200 });
    expect(await upload(limit + 1)).toMatchObject({ code: 14004 });
    expect(await upload(0)).toMatchObject({ code: 14004 });
    const body = Buffer.alloc(limit + 1, 1);
    const base64 = { body: body.toString('base64'), type: plainType, content: body };
    expect(await bench.call('message/sendFile', null, base64)).toMatchObject({ code: 14004 });
  });

  test.each([
    ['another name', wrapFile(PNG, { name: 'media' }), 14004],
    ['no filename', wrapFile(PNG, { filename: null }), 14004],
    ['JSON for its type', { ...wrapFile(PNG), type: 'application/json' }, 14004],
    ['a checksum over the multipart body', { ...wrapFile(PNG), content: wrapFile(PNG).body! }, 14002],
  ])('as multipart with %s is refused', async (_name, change, code) => {
    await using bench = await openBench();
    expect(await bench.call('message/uploadFile', null, change)).toMatchObject({ code });
  });

  const base64 = PNG.toString('base64');
  test.each([
    ['a line break', `${base64.slice(0, 76)}\n${base64.slice(76)}`],
    ['a data-URL prefix', `data:image/png;base64,${base64}`],
    ['the alphabet of URLs', Buffer.from([0xfb, 0xff]).toString('base64url')],
  ])('as base64 with %s is refused', async (_name, body) => {
    await using bench = await openBench();
    const change = { body, content: PNG, type: plainType };
    expect(await bench.call('message/sendFile', null, change)).toMatchObject({ code: 14004 });
  });

  test('as base64 has the content type of the page or of the sample', async () => {
    await using bench = await openBench();
    const upload = (type: string) =>
      bench.call('message/sendFile', null, { body: base64, content: PNG, type });
    for (const type of [plainType, 'application/json', 'application/json;charset=utf-8']) {
      expect(await upload(type)).toMatchObject({ code: 200 });
    }
    expect(await upload('application/octet-stream')).toMatchObject({ code: 14004 });
  });
});

describe('the fields of the other calls', () => {
  test.each([
    ['staffType', 2],
    ['staffType', '1'],
    ['staffType', null],
    ['staffId', '143'],
    ['staffId', 999],
    ['groupId', -1],
    ['groupId', 999],
    ['robotShuntSwitch', true],
    ['level', 12],
    ['fromPage', 7],
    ['deviceType', {}],
  ])('applyStaff is refused with %s %j', async (name, value) => {
    await using bench = await openBench();
    expect(await bench.call('event/applyStaff', { uid: UID, [name]: value })).toMatchObject({ code: 14004 });
    expect(bench.qiyu.refusals.all).toMatchObject([{ because: name }]);
    expect(bench.qiyu.applications.count).toBe(0);
  });

  const own = { index: 0, key: 'source', label: '来源', value: '微信小程序' };
  test.each([
    ['a string of JSON', '[]'],
    ['no key', [{ value: 1 }]],
    ['an own key without label', [{ key: 'source', value: 'x' }]],
    ['a reserved key with label', [{ key: 'real_name', value: 'x', label: '姓名' }]],
    ['a reserved key with index', [{ key: 'email', value: 'x', index: 1 }]],
    ['hidden elsewhere', [{ ...own, hidden: true }]],
    ['an avatar that is no address', [{ key: 'avatar', value: 'a.png' }]],
    ['an index that is text', [{ ...own, index: '0' }]],
  ])('updateUInfo is refused with %s', async (_name, userinfo) => {
    await using bench = await openBench();
    expect(await bench.call('event/updateUInfo', { uid: UID, userinfo })).toMatchObject({ code: 14004 });
  });

  test('updateUInfo replaces the profile, also of a visitor who never wrote', async () => {
    await using bench = await openBench();
    const phone = { key: 'mobile_phone', value: '1', hidden: true };
    for (const userinfo of [[own], [phone, own]]) {
      expect(await bench.call('event/updateUInfo', { uid: UID, userinfo })).toEqual({ code: 200 });
    }
    expect(bench.qiyu.profileOf(UID)?.items).toEqual([phone, own]);
    expect(bench.qiyu.profiles.count).toBe(2);
  });
});
