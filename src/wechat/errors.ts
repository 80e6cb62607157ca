/**
 * What a code of WeChat's calls for. `retryLater`: try again with pauses. `refreshToken`: new token, repeat once.
 * `pauseMinute`, `pauseDay`: nothing of this account until the minute (the day, in Shanghai) is over. `hold`: until the
 * visitor acts. `refuse`: never, for this message. `uploadAgain`, `shorten`, `stripLinks`: change it and send it once
 * more. `stop`: this function of the account does not work; somebody has to look, and it is tried again `afterSec`.
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
  | { readonly kind: 'stop'; readonly alarm: string; readonly afterSec: number };

/** The consequence of an error code; one that is not known is the end of this message. */
export function consequenceOf(errcode: number): Consequence {
  return table.get(errcode) ?? { kind: 'refuse' };
}

const refuse: Consequence = { kind: 'refuse' };
const bug: Consequence = { kind: 'refuse', alarm: 'WeChat did not understand a call of the bridge' };
const refreshToken: Consequence = { kind: 'refreshToken' };
const shorten: Consequence = { kind: 'shorten' };

/** WeChat, global return codes and the page on sending customer-service messages. */
const table: ReadonlyMap<number, Consequence> = new Map(
  (
    [
      [[-1], { kind: 'retryLater' }],
      [[40001, 40014, 42001], refreshToken],
      [[41001, 40033, 47001, 47002, 43001, 43002, 43003], bug],
      [[40002, 41002, 41004], stop('WeChat does not understand the request for an access token', 60)],
      [[40013], stop('WeChat does not know the appid', 60)],
      [[40125], stop('WeChat does not accept the secret', 60)],
      [[40243], stop('the secret of the account is frozen', 60)],
      [[50004, 50007], stop('the account is frozen', 60)],
      [[40164], stop('the address of this machine is not in the IP whitelist of the account', 60)],
      [[89503], stop('WeChat waits for the administrator to confirm this machine’s address', 60)],
      [[89506, 89507], stop('the administrator has refused this machine’s address', 60)],
      [[40003], refuse],
      [[40004, 40005, 40006, 40009, 40010, 40011, 40012, 41005, 44001, 45001], refuse],
      [[40007, 41006], { kind: 'uploadAgain' }],
      [[40008, 45162, 48008], refuse],
      [[43004, 43019], refuse],
      [[44002, 44003, 44004], refuse],
      [[45002, 45003, 45004, 45005, 45006, 45008, 45098, 45099], shorten],
      [[45009], { kind: 'pauseDay', alarm: 'the daily quota of the API is used up' }],
      [[45011, 44991], { kind: 'pauseMinute' }],
      [[45015], { kind: 'hold', because: 'window' }],
      [[45047, 45094], { kind: 'hold', because: 'allowance' }],
      [[45037, 45038], refuse],
      [[45072, 45080, 45081, 40200], refuse],
      [[45086], { kind: 'stripLinks' }],
      [[45087], stop('WeChat has blocked customer-service messages of this account', 600)],
      [[48001], stop('the account is not allowed to send customer-service messages', 600)],
      [[48004, 48005, 48006], stop('WeChat has banned the account from this API', 600)],
      [[48002], refuse],
      [[50002], stop('WeChat has limited the account', 600)],
      [[70000], refuse],
      [[87014], refuse],
    ] as const satisfies readonly (readonly [readonly number[], Consequence])[]
  ).flatMap(([codes, consequence]) => codes.map((code): [number, Consequence] => [code, consequence])),
);

function stop(alarm: string, afterSec: number): Consequence {
  return { kind: 'stop', alarm, afterSec };
}
