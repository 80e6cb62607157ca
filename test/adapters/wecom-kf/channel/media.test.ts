import { createHash } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Part } from '../../../../src/model/message.ts';
import type { KeptMedia, SendAttempt, SendOutcome } from '../../../../src/ports/channel.ts';
import { CUSTOMER } from '../desk.ts';
import { openChannel } from './open-channel.ts';

const bytesOf = (begin: string, size = 100) =>
  Buffer.concat([Buffer.from(begin, 'latin1'), Buffer.alloc(size)]).subarray(0, size);

function keptOf(type: string, bytes: Buffer, name: string): KeptMedia {
  const md5 = createHash('md5').update(bytes).digest('hex');
  return { type, bytes: bytes.length, name, md5, read: async () => bytes };
}

const png = keptOf('image/png', bytesOf('\x89PNG\r\n\x1a\n'), 'a.png');
const webp = keptOf('image/webp', bytesOf('RIFF....WEBP'), 'a.webp');
const amr = keptOf('audio/amr', bytesOf('#!AMR\n'), 'a.amr');
const mp3 = keptOf('audio/mpeg', bytesOf('ID3'), 'a.mp3');
const mp4 = keptOf('video/mp4', bytesOf('....ftypisom'), 'a.mp4');
const pdf = keptOf('application/pdf', bytesOf('%PDF-1.7'), '说明.pdf');
const media = { id: 'x_1', from: {} };

async function open(given: Parameters<typeof openChannel>[0] = {}) {
  const { wecom, channel, close } = await openChannel(given);
  onTestFinished(close);
  await wecom.people.customerSays(CUSTOMER, '在吗');
  let count = 0;
  const send = async (part: Part, kept: KeptMedia | undefined): Promise<SendOutcome> => {
    count += 1;
    const key = `m_${String(count).padStart(32, '0')}`;
    const reply = { id: key, conversation: 'c_1', direction: 'reply', seq: 1, writtenAt: 0 } as const;
    let progress: SendAttempt['progress'] = null;
    for (let step = 0; step < 9; step += 1) {
      const outcome = await channel.send(
        { ...reply, from: { role: 'agent' }, parts: [part] },
        {
          key,
          visitor: CUSTOMER,
          number: 1,
          signal: new AbortController().signal,
          progress,
          media: async () => kept,
          mediaUrl: async () => 'https://bridge.example/media/a',
          sends: 5,
          keepText: async () => undefined,
        },
      );
      if (outcome.outcome !== 'more') return outcome;
      progress = outcome.progress;
    }
    throw new Error('expected the reply to come to an end');
  };
  const uploads = () =>
    wecom.requests.all.flatMap(({ path, query }) =>
      path === '/cgi-bin/media/upload' ? [new URLSearchParams(query).get('type')] : [],
    );
  return { wecom, send, uploads, types: () => wecom.said.all.map(({ msgtype }) => msgtype) };
}

describe('a medium of an agent', () => {
  test.each<[string, Part, KeptMedia, string]>([
    ['a picture', { kind: 'image', media }, png, 'image'],
    ['a picture that WeCom takes for none', { kind: 'image', media }, webp, 'file'],
    ['AMR', { kind: 'voice', media }, amr, 'voice'],
    ['MP3', { kind: 'voice', media }, mp3, 'file'],
    ['a video', { kind: 'video', media }, mp4, 'video'],
    ['a file', { kind: 'file', name: '说明.pdf', media }, pdf, 'file'],
  ])('%s goes as what WeCom takes it for', async (_what, part, kept, msgtype) => {
    const { wecom, send, types } = await open();
    expect(await send(part, kept)).toEqual({ outcome: 'accepted' });
    expect(types()).toEqual([msgtype]);
    expect(wecom.said.all[0]?.bytes?.equals(await kept.read())).toBe(true);
  });

  test('is made a picture that WeCom takes, where it can be', async () => {
    const jpeg = bytesOf('\xff\xd8\xff');
    const { wecom, send, types } = await open({
      convertPicture: async () => ({ type: 'image/jpeg', bytes: jpeg }),
    });
    await send({ kind: 'image', media }, webp);
    expect(types()).toEqual(['image']);
    expect(wecom.said.all[0]?.bytes?.equals(jpeg)).toBe(true);
    expect(wecom.requests.all.some(({ body }) => body.includes('a.jpeg'))).toBe(true);
  });

  test('that WeCom forgot is uploaded again, once', async () => {
    const { wecom, send, types, uploads } = await open();
    await send({ kind: 'image', media }, png);
    wecom.fail({ path: '/cgi-bin/kf/send_msg', errcode: 40007 });
    expect(await send({ kind: 'image', media }, png)).toEqual({ outcome: 'accepted' });
    expect([types(), uploads()]).toEqual([
      ['image', 'image'],
      ['image', 'image'],
    ]);
  });

  test('that WeCom will not have is a line with its address', async () => {
    const { wecom, send } = await open();
    wecom.fail({ path: '/cgi-bin/kf/send_msg', errcode: 40007, times: 2 });
    expect(await send({ kind: 'image', media }, png)).toEqual({ outcome: 'accepted' });
    expect(wecom.said.all.map(({ text }) => text)).toEqual(['[图片] https://bridge.example/media/a']);
  });

  test('that cannot be uploaded now comes later', async () => {
    const { wecom, send, types } = await open();
    wecom.fail({ path: '/cgi-bin/media/upload', errcode: 45033 });
    expect(await send({ kind: 'image', media }, png)).toMatchObject({ outcome: 'later', code: '45033' });
    expect(types()).toEqual([]);
  });
});

describe('a place', () => {
  test('is shown as one', async () => {
    const { wecom, send } = await open();
    await send({ kind: 'location', latitude: 31.2, longitude: 121.4, label: '仓库' }, undefined);
    expect(wecom.said.all).toMatchObject([
      { msgtype: 'location', content: { latitude: 31.2, longitude: 121.4, name: '仓库' } },
    ]);
  });

  test('that WeCom will not have is a line', async () => {
    const { wecom, send } = await open();
    wecom.fail({ path: '/cgi-bin/kf/send_msg', errcode: 40008 });
    await send({ kind: 'location', latitude: 31.2, longitude: 121.4, label: '仓库' }, undefined);
    expect(wecom.said.all.map(({ text }) => text)).toEqual(['[位置] 仓库 31.2,121.4']);
  });
});

test('a link is a text, as it would need a picture of its own', async () => {
  const { wecom, send } = await open();
  await send({ kind: 'link', title: '订单', url: 'https://shop.example/1' }, undefined);
  expect(wecom.said.all.map(({ text }) => text)).toEqual(['订单\nhttps://shop.example/1']);
});
