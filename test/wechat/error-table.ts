import type { HttpResult } from '../../src/ports/http.ts';
import { says, status } from './desk.ts';

/**
 * What WeChat may say to a call, and what is to come of it: its global return codes and the page on sending
 * customer-service messages, a row a meaning.
 *
 * `retry`: again, with pauses. `refresh`: a new token, once more. `minute`, `day`: the account waits for the next one.
 * `window`, `allowance`: the reply is held until the visitor acts. `refuse`: a dead letter. `bug`: that, with an alarm.
 * `upload`, `shorten`, `strip`: changed and sent once more, else a dead letter. `stopAccount`, `stopApi`: nothing is
 * called for so many seconds, with an alarm. `unknown`: nobody knows whether it arrived.
 */
export type Does =
  | 'retry'
  | 'refresh'
  | 'minute'
  | 'day'
  | 'window'
  | 'allowance'
  | 'refuse'
  | 'bug'
  | 'upload'
  | 'shorten'
  | 'strip'
  | 'convert'
  | 'unsign'
  | 'unknown'
  | { readonly stopAccount: number }
  | { readonly stopApi: number };

export interface CodeRow {
  readonly meaning: string;
  readonly codes: readonly number[];
  readonly does: Does;
}

const minute = { stopAccount: 60 } as const;
const longer = { stopApi: 600 } as const;

export const codeTable: readonly CodeRow[] = [
  { meaning: 'the system is busy', codes: [-1], does: 'retry' },
  { meaning: 'the token is dead', codes: [40001, 40014, 42001], does: 'refresh' },
  { meaning: 'the token is missing', codes: [41001], does: 'bug' },
  { meaning: 'the request for a token is wrong', codes: [40002, 41002, 41004], does: minute },
  {
    meaning: 'the secret is wrong, it or the account frozen',
    codes: [40125, 40243, 50004, 50007],
    does: minute,
  },
  { meaning: 'the address is not allowed', codes: [40164, 89503, 89506, 89507], does: minute },
  { meaning: 'the openid is wrong or of another account', codes: [40003], does: 'refuse' },
  {
    meaning: 'the medium is not as it should be',
    codes: [40004, 40005, 40006, 40009, 40010, 40011, 40012, 41005, 44001, 45001],
    does: 'refuse',
  },
  { meaning: 'the media id is wrong or too old', codes: [40007, 41006], does: 'upload' },
  { meaning: 'the account cannot send this type', codes: [40008, 40013, 45162, 48008], does: 'convert' },
  { meaning: 'the body was not understood', codes: [40033, 47001, 47002], does: 'bug' },
  { meaning: 'wrong method, or no HTTPS', codes: [43001, 43002, 43003], does: 'bug' },
  { meaning: 'the visitor does not follow, or is blocked', codes: [43004, 43019], does: 'refuse' },
  { meaning: 'there is nothing in it', codes: [44002, 44003, 44004], does: 'refuse' },
  {
    meaning: 'too long or too many',
    codes: [45002, 45003, 45004, 45005, 45006, 45008, 45098, 45099],
    does: 'shorten',
  },
  { meaning: 'the calls of the day are used up', codes: [45009], does: 'day' },
  { meaning: 'the calls of the minute are used up', codes: [45011, 44991], does: 'minute' },
  { meaning: 'the window is closed', codes: [45015], does: 'window' },
  { meaning: 'the sends are used up', codes: [45047], does: 'allowance' },
  { meaning: 'the menu is too large', codes: [45037, 45038], does: 'convert' },
  { meaning: 'typing, never said to a send', codes: [45072, 45080, 45081, 40200], does: 'refuse' },
  { meaning: 'a link to another mini-program', codes: [45086], does: 'strip' },
  { meaning: 'customer-service messages are blocked', codes: [45087], does: longer },
  { meaning: 'not after entering only', codes: [45094], does: 'allowance' },
  { meaning: 'the API is not granted, or banned', codes: [48001, 48004, 48005, 48006], does: longer },
  { meaning: 'the visitor refuses messages', codes: [48002], does: 'refuse' },
  { meaning: 'the account is limited', codes: [50002], does: { stopAccount: 600 } },
  {
    meaning: 'API signing is switched on',
    codes: [40230, 40231, 40232, 40233, 40234, 40235, 40236, 40237, 40238, 40239, 40240],
    does: longer,
  },
  {
    meaning: 'the third-party platform is not authorised, or does not work',
    codes: [61003, 61004, 61005, 61006, 61008, 61009, 61011, 61012, 61013, 61014, 42007],
    does: minute,
  },
  { meaning: 'the third-party platform lacks the permission', codes: [61007], does: longer },
  { meaning: 'the token of the third-party platform is over', codes: [42006], does: 'retry' },
  { meaning: 'content check: the visitor was not seen lately', codes: [61010], does: 'refuse' },
  {
    meaning: 'the agent’s account is not as it should be',
    codes: [65400, 65401, 65402, 65403, 65404, 65405, 65406, 65413, 65414, 65415],
    does: 'unsign',
  },
  {
    meaning: 'the official tool of agents',
    codes: [65407, 65408, 65409, 65410, 65411, 65412, 65416, 65417],
    does: 'refuse',
  },
  { meaning: 'the visitor is a protected minor', codes: [70000], does: 'refuse' },
  { meaning: 'the content is risky', codes: [87014], does: 'refuse' },
  { meaning: 'nobody knows', codes: [12345, 999_999], does: 'refuse' },
];

/** The answers that carry no code. */
export const answerTable: readonly {
  readonly meaning: string;
  readonly answer: HttpResult;
  readonly code: string;
  readonly does: Does;
}[] = [
  { meaning: 'a 500', answer: status(500), code: 'http 500', does: 'retry' },
  { meaning: 'a 502', answer: status(502), code: 'http 502', does: 'retry' },
  { meaning: 'a 503', answer: status(503), code: 'http 503', does: 'retry' },
  { meaning: 'a 429', answer: status(429), code: 'http 429', does: 'retry' },
  { meaning: 'a 412', answer: status(412), code: 'http 412', does: 'bug' },
  {
    meaning: 'a reset before anything was sent',
    answer: { kind: 'notSent', code: 'econnreset' },
    code: 'econnreset',
    does: 'retry',
  },
  {
    meaning: 'a reset after it was sent',
    answer: { kind: 'lost', code: 'econnreset' },
    code: 'econnreset',
    does: 'unknown',
  },
  {
    meaning: 'a time-out after it was sent',
    answer: { kind: 'lost', code: 'etimedout' },
    code: 'etimedout',
    does: 'unknown',
  },
  { meaning: 'a page in place of JSON', answer: status(200), code: 'unreadable', does: 'unknown' },
  { meaning: 'JSON that is no object', answer: says([]), code: 'unreadable', does: 'unknown' },
];

/** An error as the API says it. */
export function sayError(errcode: number): HttpResult {
  return says({ errcode, errmsg: 'refused rid: 65ffe934-2355113d-79ef0b31' });
}
