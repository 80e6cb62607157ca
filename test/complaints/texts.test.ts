import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BridgeScene, openScene } from '../bridge/scene.ts';
import { unhurried } from './scenes.ts';

const family = '👨‍👩‍👧‍👦';
let scene: BridgeScene;
let visitor = '';
let visitors = 0;

beforeAll(async () => {
  // Qiyu then writes all but ASCII as \uXXXX.
  scene = await openScene({
    ...unhurried,
    qiyu: { ...unhurried.qiyu, callbackFormat: 'escaped', greeting: '' },
  });
});
afterAll(() => scene.close());

/** Somebody new, whose allowance is whole. */
async function meetVisitor(): Promise<void> {
  visitors += 1;
  visitor = `oSim00000000000000000000text${visitors}`;
  await scene.wechat.pushText(scene.pushUrl, visitor, '你好');
}

async function answer(text: string): Promise<string | undefined> {
  await meetVisitor();
  await scene.qiyu.agentSays(visitor, text);
  const send = await scene.wechat.nextSend(({ openid }) => openid === visitor);
  return send.text;
}

// \uXXXX shown to visitors, and texts that were cut in the middle of a character.
describe('words', () => {
  const words = [
    ['Chinese and punctuation', '您好，“还有货吗”？——有的。'],
    ['emoji of several code points', `${family}👋🏽🇨🇳 é`],
    ['backslashes and escapes that somebody really wrote', '\\u4f60\\n C:\\new\\table "引号"'],
    ['line breaks and tabs', '一\n二\t三'],
    ['braces and brackets', '{"a":[1,2]} ]]> 100% & more'],
  ] as const;

  test.each(words)('of an agent reach the visitor as they were written: %s', async (_kind, text) => {
    expect(await answer(text)).toBe(text);
  });

  test.each(words)('of a visitor reach the agent as they were written: %s', async (_kind, text) => {
    const writer = `oSim0000000000000000000write`;
    await scene.wechat.pushText(scene.pushUrl, writer, text);
    const message = await scene.qiyu.nextMessage(({ uid }) => uid === writer);
    expect(message.text).toBe(text);
  });

  test('with half a character in them still arrive', async () => {
    expect(await answer('半个\ud83d字')).toBe('半个\ufffd字');
  });
});

// One byte less than allowed, half a character, or one long answer that used up all sends.
describe('a long text of an agent', () => {
  test('of exactly 2,048 bytes goes whole', async () => {
    const text = `${'好'.repeat(682)}ab`;
    expect(Buffer.byteLength(text)).toBe(2048);
    expect(await answer(text)).toBe(text);
  });

  test('over the limit takes a second send, and breaks before a character that does not fit whole', async () => {
    const head = '好'.repeat(676);
    const tail = `${family}${'尾'.repeat(50)}`;
    expect(await answer(`${head}${tail}`)).toBe(head);
    await scene.wechat.nextSend(({ openid, text }) => openid === visitor && text === tail);
    expect(scene.wechat.visitor(visitor)?.remaining).toBe(3);
  });

  test('over what the sends can carry is one send, with a link to the whole', async () => {
    const text = '好'.repeat(5000);
    expect(await answer(text)).toMatch(
      /^好{600,}…\n\[全文\] http:\/\/127\.0\.0\.1\/media\/\S+\/message\.txt$/,
    );
    expect(scene.wechat.visitor(visitor)?.remaining).toBe(4);
  });
});
