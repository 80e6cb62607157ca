import {
  type Behaviour,
  type CallbackMaker,
  type HelpdeskBench,
  helpdeskContract,
  type PullBench,
} from '../../contract/helpdesk.ts';
import { examplePush, pushOf } from './callbacks.ts';
import { APP_KEY, conversation, OPENID, openDesk, SECRET_KEY, WEBHOOK_SECRET } from './desk.ts';

const callbacks = (_bench: HelpdeskBench): CallbackMaker => {
  const body = (text: string) => ({ ...JSON.parse(examplePush), content: text });
  const raw = (text: string) => JSON.stringify(body(text));
  return {
    agentSays: (text) => pushOf(body(text)),
    unknownKind: () => pushOf({ ...body('x'), type: 'clue' }),
    unreadable: () => pushOf('{"content":"Hi, stranger!"}'),
    proof: [{ in: 'headers', name: 'authorization' }],
    spoilt: {
      'another tenant': (text) => pushOf(body(text), { secret: '$2a$12$of-another-app' }),
      'signed by the digest itself': (text) =>
        pushOf(body(text), { headers: { authorization: 'meiqia_sign:GWcOPQzR5Wi7lMxiU32Ru8htk/g=' } }),
      'signed for another body': (text) => ({ ...pushOf(body(text)), body: Buffer.from(`${raw(text)} `) }),
      'another method': (text) => pushOf(body(text), { method: 'GET' }),
      'another address': (text) => ({ ...pushOf(body(text)), part: 'webhook' }),
    },
  };
};

/** Answers that matter are those to the message itself, and to a look into the stream: all others may be asked again. */
const lossy: readonly string[] = ['/client/send_msg', '/conversation/'];

async function openBench(settings: object = {}): Promise<PullBench> {
  const desk = await openDesk(settings);
  const { meiqia } = desk;
  let undo: (() => void)[] = [];
  // The visitor is known before the first test of a pull.
  await desk.say('在吗');
  const before = meiqia.messages.count;
  return {
    adapter: desk.adapter,
    conversation,
    now: () => desk.clock.now,
    lines: desk.lines,
    secrets: [SECRET_KEY, APP_KEY, WEBHOOK_SECRET, ...meiqia.visitors.map(({ aesKey }) => aesKey)],
    async behave(how: Behaviour) {
      for (const each of undo) each();
      undo = [];
      await meiqia.switchOn();
      const times = Number.POSITIVE_INFINITY;
      if (how === 'unreachable') await meiqia.switchOff('refused');
      if (how === 'unavailable') await meiqia.switchOff('unavailable');
      if (how === 'losesAnswers') undo = lossy.map((path) => meiqia.fail({ path, lose: true, times }));
      if (how === 'babbles') undo = lossy.map((path) => meiqia.fail({ path, html: true, times }));
      if (how === 'hangs') undo = [meiqia.fail({ hang: true, times })];
    },
    received: () => meiqia.messages.all.slice(before).map(({ text = '' }) => text),
    topic: { topic: 'stream', conversation },
    agentSays: async (text) => void (await meiqia.agentSays(OPENID, text)),
    close: desk.close,
  };
}

helpdeskContract('meiqia, over HTTP', { open: openBench, openPull: openBench });

helpdeskContract('meiqia, which takes words from pushes', {
  open: () => openBench({ receive: 'push' }),
  callbacks,
});
