import { describe } from 'vitest';
import { writeXml } from '../../../sandbox/vendors/wecom-kf/envelope.ts';
import { startWecomKf } from '../../../sandbox/vendors/wecom-kf.ts';
import {
  behaveLike,
  type CallbackMaker,
  type HelpdeskBench,
  helpdeskContract,
  type PullBench,
  type TokenBench,
  type VendorError,
} from '../../contract/helpdesk.ts';
import { describeCallbacks } from '../../contract/helpdesk-callbacks.ts';
import { describeMemory } from '../../contract/helpdesk-memory.ts';
import { describePulls } from '../../contract/helpdesk-pulls.ts';
import {
  appSettings,
  CORP,
  CUSTOMER,
  conversation,
  KF,
  lendTo,
  NOW,
  requestOf,
  SECRET,
  settings,
} from './desk.ts';

const bell = (words: string) =>
  writeXml({
    ToUserName: CORP,
    CreateTime: 1_700_000_000,
    MsgType: 'event',
    Event: 'kf_msg_or_event',
    Token: `ENC${words}`,
    OpenKfId: KF,
  });

async function open(given: Record<string, unknown>): Promise<Opened> {
  const now = () => NOW;
  const wecom = await startWecomKf({
    secret: SECRET,
    now,
    memberPerMinute: Number.POSITIVE_INFINITY,
  });
  const lent = lendTo({ ...given, baseUrl: wecom.url }, { now });
  return {
    wecom,
    adapter: lent.adapter,
    conversation,
    now,
    lines: lent.lines,
    secrets: [SECRET, settings.callback.token, settings.callback.encodingAESKey],
    behave: behaveLike(wecom),
    fail: wecom.fail,
    // Each text stands behind the tag and the name.
    received: () =>
      wecom.messages.all.flatMap(({ msgtype, text }) =>
        msgtype === 'text' ? [text.replace(/^【#[0-9A-Z]+】[^：]+：/, '')] : [],
      ),
    reconnect: lent.reconnect,
    tokens: () => wecom.tokensGiven,
    revokeToken: wecom.loseToken,
    async close() {
      lent.close();
      await wecom.close();
    },
  };
}

type Opened = TokenBench & {
  reconnect(): void;
  readonly wecom: Awaited<ReturnType<typeof startWecomKf>>;
};

/** The token is there: what a message meets is no longer what its token met. */
async function openWithToken(given: Record<string, unknown>): Promise<Opened> {
  const bench = await open(given);
  await bench.adapter.check?.(new AbortController().signal);
  bench.reconnect();
  return bench;
}

const callbacks = (bench: HelpdeskBench): CallbackMaker => {
  const { wecom } = bench as Opened; // opened below
  const make = (message: string, changes: Parameters<typeof wecom.prepare>[1] = {}) => {
    const prepared = wecom.prepare(message, changes);
    // What stands beside `Encrypt` is not proved, and not read.
    const [, encrypted = ''] = /<Encrypt><!\[CDATA\[(.*?)\]\]>/.exec(prepared.body.toString()) ?? [];
    return requestOf({ ...prepared, body: Buffer.from(writeXml({ Encrypt: encrypted })) });
  };
  return {
    rings: 'helpdesk',
    agentSays: (text) => make(bell(text)),
    unknownKind: () => make(writeXml({ ToUserName: CORP, MsgType: 'event', Event: 'nobody_knows' })),
    unreadable: () => make('<xml><Event>'),
    proof: [
      { in: 'query', name: 'msg_signature' },
      { in: 'query', name: 'timestamp' },
      { in: 'query', name: 'nonce' },
    ],
    freshForMs: 300_000,
    spoilt: {
      'too old': (text) => make(bell(text), { at: bench.now() - 302_000 }),
      'of the future': (text) => make(bell(text), { at: bench.now() + 302_000 }),
      'another tenant': (text) => make(bell(text), { corpid: 'ww0000000000000000' }),
      'another token': (text) => make(bell(text), { token: 'another' }),
      'another method': (text) => ({ ...make(bell(text)), method: 'PUT' }),
      'another address': (text) => ({ ...make(bell(text)), part: 'push' }),
    },
  };
};

const send = '/cgi-bin/message/send';
const alarming = { outcome: 'later', because: 'vendor', alarms: true } as const;
const patient = { outcome: 'later', because: 'vendor' } as const;
const final = { outcome: 'refused' } as const;

function error(errcode: number, name: string, comesTo: VendorError['comesTo']): VendorError {
  return { name: `${errcode}, ${name}`, fault: { errcode, path: send }, comesTo };
}

/** WeCom, table of global error codes, as far as messages of applications meet them. */
const errors: readonly VendorError[] = [
  error(-1, 'busy', patient),
  error(40001, 'the token, twice', alarming),
  error(40014, 'the token, twice', alarming),
  error(42001, 'the token, twice', alarming),
  error(41001, 'no token', alarming),
  error(40056, 'agentid', alarming),
  error(301002, 'the application of another', alarming),
  error(48002, 'the API', alarming),
  error(60011, 'privilege', alarming),
  error(60020, 'the address', alarming),
  error(95011, 'the other edition', alarming),
  error(95012, 'the other edition', alarming),
  error(95017, 'the switch', alarming),
  error(45009, 'too often', patient),
  error(45033, 'too many at once', patient),
  error(40008, 'the type', final),
  error(40058, 'a parameter', final),
  error(44004, 'no words', final),
  error(45002, 'too many words', final),
  error(40201, 'sensitive words', final),
  error(81013, 'no valid receiver', final),
  error(82001, 'no receiver', final),
  error(99999, 'a code of no table', final),
  {
    name: 'a wrong secret',
    fault: { errcode: 40001, path: '/cgi-bin/' },
    comesTo: alarming,
  },
  { name: 'a gateway', fault: { status: 502, path: send }, comesTo: patient },
  { name: 'a wrong address', fault: { status: 404, path: send }, comesTo: alarming },
  {
    name: 'success for nobody',
    fault: { answer: { body: '{"errcode":0,"errmsg":"ok","invaliduser":"zhangsan"}' }, path: send },
    comesTo: alarming,
  },
];

helpdeskContract('wecom-kf, messages of the application', {
  errors,
  open: () => openWithToken(appSettings),
  openTokens: () => open({ ...appSettings, app: { ...appSettings.app, card: false } }),
});

describe('wecom-kf, hand-off', () => {
  const bench = () => openWithToken(settings);
  const openPull = async (): Promise<PullBench> => {
    const opened = await openWithToken(settings);
    opened.wecom.people.isSilent = true;
    await opened.wecom.people.servicerSays('zhangsan', CUSTOMER, '您好');
    return {
      ...opened,
      topic: { topic: KF },
      agentSays: async (text) => void (await opened.wecom.people.servicerSays('zhangsan', CUSTOMER, text)),
    };
  };
  describeCallbacks({ open: bench }, callbacks);
  describeMemory({ open: bench });
  describePulls(openPull);
});
