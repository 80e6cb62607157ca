import { dropTicket, readComponent } from '../store/components.ts';
import type { ApiAnswer, ApiFailure } from '../wechat/api-answer.ts';
import type { TokenReading } from '../wechat/token.ts';
import { createCachedTokens, type LoadedToken, NoToken, useUntil } from '../wechat/token-cache.ts';
import type { ComponentScene } from './scene.ts';

/** The access token of a component itself. */
export interface ComponentTokens {
  get(): Promise<TokenReading>;
  /** Makes a call with the token; where WeChat refuses the token it is replaced and the call repeated, once. */
  call<Value>(call: (token: string) => Promise<ApiAnswer<Value>>): Promise<ApiAnswer<Value>>;
}

/**
 * Component access tokens, from the ticket that WeChat pushes (WeChat, third-party platforms). Without a ticket there is
 * none, and nothing to do but wait for the next: it is asked for, and comes within ten minutes.
 */
export function createComponentTokens(scene: ComponentScene): ComponentTokens {
  const key = `wechat-component-token:${scene.settings.appid}`;
  const tokens = createCachedTokens(
    { key, load: () => loadToken(scene) },
    { ...scene, now: scene.clock.now },
  );
  return {
    get: tokens.get,
    async call(call) {
      const first = await tokens.get();
      if (first.kind !== 'token') return { kind: 'noToken', because: first };
      const answer = await call(first.token);
      if (!isTokenRefused(answer)) return answer;
      await tokens.drop(first.token);
      const second = await tokens.get();
      return second.kind === 'token' ? call(second.token) : { kind: 'noToken', because: second };
    },
  };
}

/** What WeChat says of a component's own token: wrong or not the latest, or too old. */
const tokenRefusals: ReadonlySet<number> = new Set([40001, 40014, 42001, 40094, 42006]);
/** What it says of a ticket: too old, or wrong. */
const ticketRefusals: ReadonlySet<number> = new Set([61005, 61006]);

function isTokenRefused(answer: ApiAnswer<unknown>): boolean {
  return answer.kind === 'said' && tokenRefusals.has(answer.errcode);
}

async function loadToken(scene: ComponentScene): Promise<LoadedToken> {
  const { settings, store, clock, api, log } = scene;
  const [[row]] = await store.batch([readComponent({ appid: settings.appid })]);
  const isFresh = row !== undefined && row.received_at + settings.ticketTtlSec * 1000 > clock.now();
  if (!row?.ticket || !isFresh) throw new NoToken(noTicket(scene, 'no ticket'));
  const answer = await api.getComponentToken(row.ticket);
  if (answer.kind === 'ok') {
    const { token: value, lifeSec } = answer.value;
    return useUntil(clock.now(), { value, lifeSec, marginSec: settings.tokenMarginSec });
  }
  log.warn('component.tokenRefused', nameFailure(answer));
  if (answer.kind !== 'said' || !ticketRefusals.has(answer.errcode)) throw new NoToken(answer);
  await store.batch([dropTicket({ appid: settings.appid, ticket: row.ticket, askDue: clock.now() })]);
  scene.wake();
  throw new NoToken(noTicket(scene, String(answer.errcode)));
}

function noTicket({ clock }: ComponentScene, code: string): ApiFailure {
  const alarm =
    'the component has no ticket that is good: WeChat was asked to push one to its authorisation-event URL';
  return { kind: 'stopped', code, alarm, untilMs: clock.now() + 60_000 };
}

/** What of a failure may stand in a log. */
export function nameFailure(failure: ApiFailure): Readonly<Record<string, unknown>> {
  switch (failure.kind) {
    case 'said':
      return { errcode: failure.errcode };
    case 'status':
      return { status: failure.status };
    case 'noToken':
      return nameFailure(failure.because);
    case 'notSent':
    case 'lost':
    case 'stopped':
      return { because: failure.kind, code: failure.code };
    default:
      return failure satisfies never;
  }
}
