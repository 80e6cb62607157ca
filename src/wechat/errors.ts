/**
 * What a code of WeChat's calls for. `retryLater`: try again with pauses. `refreshToken`: new token, repeat once.
 * `pauseMinute`, `pauseDay`: nothing of this account until the minute (the day, in Shanghai) is over. `hold`: until the
 * visitor acts. `refuse`: never, for this message. `uploadAgain`, `shorten`, `stripLinks`, `convert` (to another type),
 * `sendUnsigned` (without an agent's account): change it and send it once more. `stop`: the whole account, or the API
 * that said so, does not work; somebody has to do `todo`, and it is tried again `afterSec`.
 */
export type Consequence =
  | { readonly kind: 'retryLater' }
  | { readonly kind: 'refreshToken' }
  | { readonly kind: 'pauseMinute' }
  | { readonly kind: 'pauseDay'; readonly alarm: string }
  | { readonly kind: 'hold'; readonly because: 'window' | 'allowance' }
  | { readonly kind: 'refuse'; readonly alarm?: string }
  | { readonly kind: 'uploadAgain' }
  | { readonly kind: 'shorten' }
  | { readonly kind: 'stripLinks' }
  | { readonly kind: 'convert' }
  | { readonly kind: 'sendUnsigned' }
  | {
      readonly kind: 'stop';
      readonly alarm: string;
      readonly todo: string;
      readonly afterSec: number;
      readonly of: 'account' | 'api';
    };

/** The consequence of an error code; one that is not known is the end of this message. */
export function consequenceOf(errcode: number): Consequence {
  return table.get(errcode) ?? refuse;
}

/**
 * The consequence of a code that came in place of an access token: what would end one message is a stop there, as no
 * call of the account can be made. A wrong secret may be told by the code of a dead token.
 */
export function tokenConsequenceOf(errcode: number): Consequence {
  if (errcode === 40013) return wrongAppid;
  const consequence = consequenceOf(errcode);
  switch (consequence.kind) {
    case 'retryLater':
    case 'pauseMinute':
      return consequence;
    case 'pauseDay':
      return noTokenToday;
    case 'stop':
      return { ...consequence, of: 'account' };
    case 'refreshToken':
      return wrongSecret;
    default:
      return stopAccount('there is no access token', 'look the code up among WeChat’s return codes');
  }
}

const refuse: Consequence = { kind: 'refuse' };
/** For calls that WeChat did not understand. */
export const bug = {
  kind: 'refuse',
  alarm: 'WeChat did not understand a call of the bridge',
} as const satisfies Consequence;
const refreshToken: Consequence = { kind: 'refreshToken' };
const wrongSecret = stopAccount(
  'WeChat does not accept the secret',
  'compare secret with the console; it may have been reset',
);
const wrongAppid = stopAccount('WeChat does not know the appid', 'compare appid with the console');
// Looked at now and then, as somebody may clear the quota.
const noTokenToday = {
  ...stopAccount(
    'the daily quota of calls for access tokens is used up',
    'let only one system ask for them; there are new ones at midnight in Shanghai',
  ),
  afterSec: 600,
} as const;
const shorten: Consequence = { kind: 'shorten' };

/** WeChat, global return codes and the page on sending customer-service messages. */
const table: ReadonlyMap<number, Consequence> = new Map(
  (
    [
      [[-1], { kind: 'retryLater' }],
      [[40001, 40014, 42001], refreshToken],
      [[41001, 40033, 47001, 47002, 43001, 43002, 43003], bug],
      [
        [40002, 41002, 41004],
        stopAccount(
          'WeChat does not understand the request for an access token',
          'compare appid and secret with the console, and look whether baseUrl is a proxy that changes requests',
        ),
      ],
      [[40125], wrongSecret],
      [[40243], stopAccount('the secret of the account is frozen', 'unfreeze the secret in the console')],
      [[50004, 50007], stopAccount('the account is frozen', 'look in the console for the reason')],
      [
        [40164],
        stopAccount(
          'the address of this machine is not in the IP whitelist of the account',
          'add the address to the IP whitelist in the console, and wait ten minutes',
        ),
      ],
      [
        [89503],
        stopAccount(
          'WeChat waits for the administrator to confirm this machine’s address',
          'the administrator has to confirm the request in WeChat',
        ),
      ],
      [
        [89506, 89507],
        stopAccount(
          'the administrator has refused this machine’s address',
          'ask the administrator; WeChat asks him again after an hour (89507) or a day (89506)',
        ),
      ],
      [[40003], refuse],
      [[40004, 40005, 40006, 40009, 40010, 40011, 40012, 41005, 44001, 45001], refuse],
      [[40007, 41006], { kind: 'uploadAgain' }],
      // The account has a token, so an appid that is not known is that of a card.
      [[40008, 40013, 45162, 48008, 45037, 45038], { kind: 'convert' }],
      [[43004, 43019], refuse],
      [[44002, 44003, 44004], refuse],
      [[45002, 45003, 45004, 45005, 45006, 45008, 45098, 45099], shorten],
      [[45009], { kind: 'pauseDay', alarm: 'the daily quota of the API is used up' }],
      [[45011, 44991], { kind: 'pauseMinute' }],
      [[45015], { kind: 'hold', because: 'window' }],
      [[45047, 45094], { kind: 'hold', because: 'allowance' }],
      [[45072, 45080, 45081, 40200], refuse],
      [[45086], { kind: 'stripLinks' }],
      [
        [45087],
        stopApi(
          'WeChat has blocked customer-service messages of this account',
          'look in the console for the notice of violation',
        ),
      ],
      [
        [48001],
        stopApi(
          'the account is not allowed to use this API',
          'look in the console (接口权限) what is granted; an official account must be verified',
        ),
      ],
      [
        [48004, 48005],
        stopApi(
          'WeChat has banned the account from this API',
          'look in the console for the notice of violation',
        ),
      ],
      [
        [48006],
        stopApi('WeChat clears no more quotas this month', 'wait for the next month, or clear none by hand'),
      ],
      [[65400, 65401, 65402, 65403, 65404, 65405, 65406, 65413, 65414, 65415], { kind: 'sendUnsigned' }],
      [[48002], refuse],
      [
        [50002],
        {
          ...stopAccount('WeChat has limited the account', 'look in the console for the reason'),
          afterSec: 600,
        },
      ],
      [[61010], refuse],
      [[70000], refuse],
      [[87014], refuse],
      [
        range(40230, 40240),
        stopApi(
          'the account wants API calls encrypted and signed (服务通信二次加密和签名), which the bridge does not do',
          'switch it off in the console',
        ),
      ],
      [
        [61003, 42007],
        stopAccount(
          'the account no longer authorises the third-party platform',
          'its administrator has to authorise the platform again',
        ),
      ],
      [
        [61004],
        stopAccount(
          'the address of this machine is not in the IP whitelist of the third-party platform',
          'add the address to the whitelist of the platform',
        ),
      ],
      [
        [61005, 61006],
        stopAccount(
          'the ticket of the third-party platform is old or wrong',
          'look whether WeChat’s pushes of the ticket arrive: one comes every ten minutes',
        ),
      ],
      [
        [61007],
        stopApi(
          'the account has not granted the third-party platform this permission',
          'its administrator has to authorise the platform again, with the customer-service permission',
        ),
      ],
      [
        [40094, 41018, 61008, 61009, 61011, 61012, 61013, 61014],
        stopAccount(
          'WeChat does not accept the credentials of the third-party platform',
          'compare its appid and secret with the console of the open platform',
        ),
      ],
      [[42006], { kind: 'retryLater' }],
    ] as const satisfies readonly (readonly [readonly number[], Consequence])[]
  ).flatMap(([codes, consequence]) => codes.map((code): [number, Consequence] => [code, consequence])),
);

function stopAccount(alarm: string, todo: string) {
  return { kind: 'stop', alarm, todo, afterSec: 60, of: 'account' } as const;
}

/** Waits longer: nobody lifts a ban within a minute. */
function stopApi(alarm: string, todo: string) {
  return { kind: 'stop', alarm, todo, afterSec: 600, of: 'api' } as const;
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
