import { describe, expect, test } from 'vitest';
import { groups, NOW, openBench, VISITOR } from './zhichi-bench.ts';

describe('the token call', () => {
  test('is answered for the right sign, and each token ends the one before', async () => {
    await using bench = await openBench();
    const first = await bench.fetchToken();
    expect(first).toMatchObject({ ret_code: '000000', item: { expires_in: '86400' } });
    expect(String(first.item?.token)).toMatch(/^[0-9a-f]{32}$/);
    await bench.fetchToken();
    const token = String(first.item?.token);
    expect(await bench.call('query_group', {}, { headers: { token } })).toMatchObject({ ret_code: '900002' });
    expect(await bench.call('query_group', {})).toMatchObject({ ret_code: '000000' });
    expect(bench.zhichi.tokens).toBe(2);
  });

  test.each([
    [{ appid: 'another' }, '900004'],
    [{ sign: '64E6548C977DF39F7665A5F4F313D6C0' }, '900003'],
    [{ create_time: String(NOW) }, '900003'],
    [{ create_time: String(NOW / 1000 - 301) }, '900003'],
    [{ create_time: '' }, '900003'],
    [{ expire: '24' }, '400001'],
  ])('with %j is refused', async (change, code) => {
    await using bench = await openBench();
    expect(await bench.fetchToken(change)).toMatchObject({ ret_code: code });
  });

  test('of a token that has lived its day, or was ended, is needed again', async () => {
    await using bench = await openBench({ tokenLifeSec: 60 });
    await bench.fetchToken();
    bench.clock.now += 60_000;
    expect(await bench.call('query_group', {})).toMatchObject({ ret_code: '900002' });
    await bench.fetchToken();
    bench.zhichi.revokeToken();
    expect(await bench.call('query_group', {})).toMatchObject({ ret_code: '900002' });
  });
});

test('a token that is to be shown as bearer is no good by itself', async () => {
  await using bench = await openBench({ authStyle: 'bearer' });
  const { item } = await bench.fetchToken();
  const ask = async (authorization: string) => {
    const headers = { 'Content-Type': 'application/json;charset=UTF-8', authorization };
    const url = `${bench.zhichi.url}/api/chat/5/user/query_group`;
    return (await fetch(url, { method: 'POST', headers, body: '{}' })).json();
  };
  expect(await ask(String(item?.token))).toMatchObject({ ret_code: '900001' });
  expect(await ask(`Bearer ${item?.token}`)).toMatchObject({ ret_code: '000000' });
});

describe('a call', () => {
  test.each<[string, Parameters<Awaited<ReturnType<typeof openBench>>['call']>[2], object]>([
    ['without a token', { headers: { token: '' } }, { ret_code: '900001' }],
    ['with two tokens', { headers: { authorization: 'Bearer x' } }, { ret_code: '900001' }],
    ['of another type', { headers: { 'Content-Type': 'text/plain' } }, { ret_code: '400001' }],
    ['that is no JSON', { body: '{' }, { ret_code: '400001' }],
    ['that is no UTF-8', { body: Buffer.from([0x7b, 0xff, 0x7d]) }, { ret_code: '400001' }],
    ['of another method', { method: 'GET' }, { status: 405 }],
  ])('%s is refused', async (_what, change, answer) => {
    await using bench = await openBench();
    expect(await bench.call('query_group', {}, change)).toMatchObject(answer);
    expect(bench.zhichi.refusals.count).toBe(1);
  });

  test('to another path is lost', async () => {
    await using bench = await openBench();
    expect(await bench.call('/api/5/user/query_group', {})).toEqual({ status: 404 });
    expect(await bench.call('toString', {})).toEqual({ status: 404 });
  });

  test.each<[string, object]>([
    ['chat_connect', {}],
    ['chat_connect', { partnerid: '' }],
    ['chat_connect', { partnerid: 'a:b' }],
    ['chat_connect', { partnerid: 'a'.repeat(65) }],
    ['chat_connect', { partnerid: 'a', source: '1' }],
    ['chat_connect', { partnerid: 'a', source: 11 }],
    ['chat_connect', { partnerid: 'a', groupid: null }],
    ['chat_connect', { partnerid: 'a', user_nick: '' }],
    ['chat_connect', { partnerid: 'a', params: { 页面: 'x' } }],
    ['chat_connect', { partnerid: 'a', params: '[]' }],
    ['chat_connect', { partnerid: 'a', openid: 'x' }],
    ['chat_send', { partnerid: 'a' }],
    ['chat_send', { partnerid: 'a', content: '' }],
    ['chat_send', { partnerid: 'a', content: '好'.repeat(1001) }],
    ['chat_send', { partnerid: 'a', content: '\ud800' }],
    ['chat_send', { partnerid: 'a', content: 'x', msg_type: 'file' }],
    ['chat_send', { partnerid: 'a', content: 'x', msg_type: 'image' }],
    ['chat_send', { partnerid: 'a', content: 'https://a.example/1.amr', msg_type: 'voice' }],
    ['chat_send', { partnerid: 'a', content: 'https://a.example/1.mp4', msg_type: 'video' }],
    ['robot_chat', { partnerid: 'a' }],
    ['robot_chat', { partnerid: 'a', question: 'x', question_flag: 3 }],
    ['comment', { partnerid: 'a', score: 5 }],
    ['comment', { partnerid: 'a', type: 1 }],
    ['comment', { partnerid: 'a', type: 1, score: 6 }],
    ['out', {}],
    ['get_detail_by_cid', { cid: 1 }],
    ['query_group', { page: 1 }],
    ['/api/ws/5/ticket/save_user_ticket', { partnerid: 'a' }],
  ])('%s with %j is refused', async (path, body) => {
    await using bench = await openBench();
    expect(await bench.call(path, body)).toMatchObject({ ret_code: '400001' });
  });

  test.each<[string, object]>([
    ['chat_connect', { partnerid: 'a', agentid: 'nobody' }],
    ['chat_connect', { partnerid: 'a', groupid: 'nowhere' }],
    ['chat_connect', { partnerid: 'a', tran_flag: 1 }],
  ])('%s with the id of nobody is refused: %j', async (path, body) => {
    await using bench = await openBench({ groups });
    expect(await bench.call(path, body)).toMatchObject({ ret_code: '400003' });
  });

  test.each<[string, object]>([
    ['text', { content: '😀'.repeat(500) }],
    ['image', { content: 'https://a.example/1.jpg', msg_type: 'image' }],
    ['voice', { content: 'https://a.example/1.mp3?x=1', msg_type: 'voice' }],
    ['video', { content: 'https://a.example/1.mp4', msg_type: 'video' }],
  ])('of a visitor who is served brings a %s', async (type, fields) => {
    await using bench = await openBench({ takesVideo: true });
    await bench.connect();
    expect(await bench.call('chat_send', { partnerid: VISITOR, ...fields })).toMatchObject({
      item: { status: 1 },
    });
    expect(bench.zhichi.messages.all).toMatchObject([{ type, partnerId: VISITOR }]);
  });

  test('uploads a file with a text beside it, and nothing less', async () => {
    await using bench = await openBench();
    const path = '/api/ws/5/ticket/user_upload_file';
    const part = (name: string, value: string, file = false) =>
      `--b1\r\nContent-Disposition: form-data; name="${name}"${file ? '; filename="图.png"' : ''}\r\n\r\n${value}\r\n`;
    const upload = (body: string) =>
      bench.call(path, undefined, {
        headers: { 'Content-Type': 'multipart/form-data; boundary=b1' },
        body: `${body}--b1--\r\n`,
      });
    const right = await upload(part('file_num_key', 'k') + part('file', 'abc', true));
    expect(bench.zhichi.file(String(right.item?.file_url))?.bytes.toString()).toBe('abc');
    expect((await fetch(String(right.item?.file_url))).status).toBe(200);
    for (const wrong of [
      part('file', 'abc', true),
      part('file_num_key', 'k'),
      part('file_num_key', '') + part('file', 'abc', true),
      part('file_num_key', 'k') + part('file', 'abc'),
      part('key', 'k') + part('file', 'abc', true),
    ]) {
      expect(await upload(wrong)).toMatchObject({ ret_code: '400001' });
    }
  });

  test('tells of groups, agents, hours and figures', async () => {
    await using bench = await openBench({ groups });
    await bench.connect();
    expect(await bench.call('query_group', {})).toMatchObject({
      items: [{ groupid: 'g1', group_name: '售后' }],
    });
    expect(await bench.call('query_agent', {})).toMatchObject({
      items: [
        { agentid: 'ag01', groupid: [] },
        { agentid: 'ag02', groupid: ['g1'] },
      ],
    });
    expect(await bench.call('admin_is_work', { groupid: 'g1' })).toMatchObject({ item: { is_work: 'true' } });
    expect(await bench.call('get_once_data', {})).toMatchObject({
      item: { admin_size: 2, online_user_size: 1 },
    });
  });
});
