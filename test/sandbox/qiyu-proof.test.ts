import { describe, expect, test } from 'vitest';
import { NOW, openBench, plainType, SECRET, UID, wrapFile } from './qiyu-bench.ts';

const exampleA = '{"uid":"oABC_1","msgType":"TEXT","content":"你好，七鱼"}';
const checksumA = '58d29b12c3150ce987d49b4a7e96cc6a257d2fc3';
const sha256A = 'cab8e6ce8ac84230a35c5d18728da5c0c6fdb7620276143141adce93cc758f6f';

describe('the worked examples of a call', () => {
  const time = '1700000000';

  test.each([
    ['SHA-1', { time, checksum: checksumA }],
    ['SHA-1 by its number', { time, checksum: checksumA, checksumAlgorithm: '0' }],
    ['SHA-256', { time, checksum: sha256A, checksumAlgorithm: '1' }],
    ['any order, and parameters nobody knows', { zone: '1', checksum: checksumA, time }],
  ])('A is taken with %s', async (_name, query) => {
    await using bench = await openBench();
    expect(await bench.call('message/send', null, { body: exampleA, query })).toEqual({ code: 200 });
    expect(bench.qiyu.messages.all).toMatchObject([{ uid: UID, msgType: 'TEXT', text: '你好，七鱼' }]);
  });

  test('D is taken both ways, and its file is served', async () => {
    await using bench = await openBench();
    const bytes = Buffer.from('qiyu-file-0001');
    const query = { time: '1700000200', checksum: '09fd0673c656084ce77bda9212d8271d7a85396c' };
    const whole = await bench.call('message/uploadFile', null, { ...wrapFile(bytes), query });
    const base64 = { body: 'cWl5dS1maWxlLTAwMDE=', type: plainType, query };
    for (const answer of [whole, await bench.call('message/sendFile', null, base64)]) {
      expect(answer.code).toBe(200);
      expect(await (await fetch(String(answer.url))).text()).toBe('qiyu-file-0001');
    }
    expect(bench.qiyu.file(String(whole.url))).toMatchObject({ name: '图.png', from: 'upload' });
  });

  test('D signed over the base64 text is refused', async () => {
    await using bench = await openBench();
    const change = { body: 'cWl5dS1maWxlLTAwMDE=', type: plainType, content: 'cWl5dS1maWxlLTAwMDE=' };
    expect(await bench.call('message/sendFile', null, change)).toMatchObject({ code: 14002 });
  });
});

describe('a call that is not proved', () => {
  test.each([
    ['another appKey', 14001, { appKey: 'key2' }],
    ['no appKey', 14001, { appKey: null }],
    ['no time', 14003, { time: null }],
    ['a time in milliseconds', 14003, { time: String(NOW) }],
    ['a time of 301 s ago', 14003, { time: String(NOW / 1000 - 301) }],
    ['a time of 301 s ahead', 14003, { time: String(NOW / 1000 + 301) }],
    ['no checksum', 14002, { checksum: null }],
    ['an upper-case checksum', 14002, { time: '1700000000', checksum: checksumA.toUpperCase() }],
    ['SHA-1 where SHA-256 is named', 14002, { checksumAlgorithm: '1' }],
    ['SHA-256 that is not named', 14002, { time: '1700000000', checksum: sha256A }],
    ['an unknown algorithm', 14002, { checksumAlgorithm: '2' }],
  ])('is refused for %s', async (_name, code, query) => {
    await using bench = await openBench();
    expect(await bench.call('message/send', null, { body: exampleA, query })).toMatchObject({ code });
    expect(bench.qiyu.refusals.all).toMatchObject([{ code, uid: UID, path: '/openapi/message/send' }]);
    expect(bench.qiyu.messages.count).toBe(0);
  });

  test('is taken at the edges of its time', async () => {
    await using bench = await openBench();
    for (const seconds of [-300, 300]) {
      const query = { time: String(NOW / 1000 + seconds) };
      expect(await bench.call('message/send', null, { body: exampleA, query })).toEqual({ code: 200 });
    }
  });

  test('is refused when one byte of its body is another', async () => {
    await using bench = await openBench();
    const change = { body: exampleA.replace('你', '您'), content: exampleA };
    expect(await bench.call('message/send', null, change)).toMatchObject({ code: 14002 });
  });

  test('is refused when the checksum is given twice', async () => {
    await using bench = await openBench();
    const query = `appKey=key1&time=1700000000&checksum=${checksumA}&checksum=${checksumA}`;
    const response = await fetch(`${bench.qiyu.url}/openapi/message/send?${query}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json;charset=utf-8' },
      body: exampleA,
    });
    expect(await response.json()).toMatchObject({ code: 14002 });
  });

  test('learns the clock of the server from its Date header', async () => {
    await using bench = await openBench();
    const response = await fetch(`${bench.qiyu.url}/openapi/message/send?appKey=key1&time=1`, {
      method: 'POST',
    });
    expect(response.headers.get('date')).toBe(new Date(NOW).toUTCString());
    expect(response.status).toBe(200);
  });

  test('needs the method POST and a path that is known', async () => {
    await using bench = await openBench();
    expect(await bench.call('message/send', null, { method: 'GET' })).toEqual({ status: 405 });
    expect(await bench.call('message/recall', {})).toEqual({ status: 404 });
  });
});

describe('the rate', () => {
  test('is five a second of an interface, in a window that slides', async () => {
    await using bench = await openBench({ perInterfaceRate: 5, perTenantRate: 20 });
    const codes: unknown[] = [];
    for (let call = 0; call < 6; call += 1) {
      codes.push((await bench.send()).code);
      bench.clock.now += 199;
    }
    expect(codes).toEqual([200, 200, 200, 200, 200, 14009]);
    expect(await bench.apply()).toMatchObject({ code: 200 });
    bench.clock.now += 1;
    expect(await bench.send()).toEqual({ code: 200 });
    expect(bench.qiyu.messages.count).toBe(6);
  });

  test('is taken at 200 ms from call to call', async () => {
    await using bench = await openBench({ perInterfaceRate: 5, perTenantRate: 20 });
    for (let call = 0; call < 12; call += 1) {
      expect(await bench.send()).toEqual({ code: 200 });
      bench.clock.now += 200;
    }
  });

  test('is also counted for the tenant over all interfaces', async () => {
    await using bench = await openBench({ perInterfaceRate: 5, perTenantRate: 7 });
    for (let call = 0; call < 4; call += 1) await bench.send();
    for (let call = 0; call < 3; call += 1) expect(await bench.apply()).toMatchObject({ code: 200 });
    expect(await bench.apply()).toMatchObject({ code: 14009 });
    bench.clock.now += 1000;
    expect(await bench.apply()).toMatchObject({ code: 200 });
  });

  test('counts only calls that are proved', async () => {
    await using bench = await openBench({ perInterfaceRate: 1 });
    await bench.call('message/send', null, { body: exampleA, query: { checksum: 'f'.repeat(40) } });
    expect(await bench.send()).toEqual({ code: 200 });
  });
});

describe('faults', () => {
  test('an error of the vendor is said, and nothing is done', async () => {
    await using bench = await openBench();
    bench.qiyu.fail({ path: '/openapi/message/send', errcode: 14500 });
    expect(await bench.send()).toEqual({ code: 14500, message: 'server error' });
    expect(bench.qiyu.messages.count).toBe(0);
    expect(await bench.send()).toEqual({ code: 200 });
  });

  test('an answer that is lost leaves the message behind', async () => {
    await using bench = await openBench();
    bench.qiyu.fail({ lose: true });
    await expect(bench.send()).rejects.toThrow();
    expect(bench.qiyu.messages.count).toBe(1);
  });

  test('codes can be text, in answers, refusals and faults', async () => {
    await using bench = await openBench({ codesAsStrings: true });
    bench.qiyu.fail({ errcode: 14009 });
    expect([await bench.send(), await bench.send(), await bench.send(UID, '')]).toMatchObject([
      { code: '14009' },
      { code: '200' },
      { code: '14004' },
    ]);
  });

  test('a changed secret is in force at once', async () => {
    await using bench = await openBench({ appSecret: 'another' });
    expect(await bench.send()).toMatchObject({ code: 14002 });
    bench.qiyu.changeSettings({ appSecret: SECRET });
    expect(await bench.send()).toEqual({ code: 200 });
  });
});
