import { type JsonRecord, readJsonRecord } from './json.ts';
import { openOutgoing } from './outgoing.ts';
import { type Answer, type Call, openServer, type VendorServer } from './server.ts';
import { Timeline } from './timeline.ts';
import { Authorisations, type ComponentAccount, type Reply } from './wechat/authorisations.ts';
import type { Field } from './wechat/body.ts';
import { type EventForgery, type PreparedEvent, prepareEvent } from './wechat/component-push.ts';
import { answerJson, preconditionFailed, refuse } from './wechat/errors.ts';

export type { ComponentAccount, EventForgery };

export interface PlatformOptions {
  readonly component: ComponentAccount;
  /** Milliseconds. */
  readonly now?: () => number;
  /** Entries that each record keeps; default 1000. */
  readonly keep?: number;
}

/** An event and what it was answered. `isAccepted`: 200 and exactly `success`. `status` 0: no answer. */
export interface EventPushed {
  /** When it was begun. */
  readonly at: number;
  readonly infoType: string;
  readonly request: PreparedEvent;
  readonly status: number;
  readonly body: string;
  readonly isAccepted: boolean;
}

/**
 * The part of a pretended WeChat that deals with a third-party platform: it pushes tickets and authorisations, and gives
 * tokens for the accounts that have authorised. The accounts themselves are played by `startWeChat`, with `checkToken`.
 */
export interface PretendedPlatform extends VendorServer {
  readonly component: ComponentAccount;
  readonly events: Timeline<EventPushed>;
  readonly issued: Authorisations['issued'];
  /** Where events are pushed to, as the console has it. Tickets that were asked for before come now. */
  setEventsUrl(url: string): void;
  pushTicket(): Promise<EventPushed>;
  /** The merchant agrees; the platform is told the code. */
  authorise(appid: string, kind?: 'authorized' | 'updateauthorized'): Promise<EventPushed>;
  withdraw(appid: string): Promise<EventPushed>;
  /** Any event. With a forgery: one that WeChat would not send. */
  pushEvent(fields: { readonly [name: string]: Field }, forgery?: EventForgery): Promise<EventPushed>;
  /** The same request once more, byte for byte. */
  repeat(pushed: EventPushed): Promise<EventPushed>;
  readonly authorisations: Authorisations;
  /** For `startWeChat`: what a call for this account meets with a token. */
  checkToken(appid: string): (token: string | null) => number;
}

/** Starts it on a free port of the loopback. Close it, or the process stays. */
export async function startPlatform(options: PlatformOptions): Promise<PretendedPlatform> {
  const { component, now = Date.now, keep = 1000 } = options;
  const authorisations = new Authorisations(component, now);
  const events = new Timeline<EventPushed>('an authorisation event', keep);
  const outgoing = openOutgoing();
  let eventsUrl = '';
  let isTicketAsked = false;

  async function send(infoType: string, request: PreparedEvent): Promise<EventPushed> {
    const at = now();
    const result = await outgoing.call({ ...request, timeoutMs: 5000 });
    const body = result.kind === 'answer' ? result.body.toString() : '';
    const status = result.kind === 'answer' ? result.status : 0;
    const isAccepted = status === 200 && body === 'success';
    const pushed = { at, infoType, request, status, body, isAccepted };
    events.add(pushed);
    return pushed;
  }
  const pushEvent: PretendedPlatform['pushEvent'] = (given, forgery = {}) => {
    const fields = { CreateTime: Math.floor(now() / 1000), ...given };
    return send(
      String(given.InfoType),
      prepareEvent(component, { url: eventsUrl, now: now() }, { fields, forgery }),
    );
  };
  const pushTicket = () =>
    pushEvent({ InfoType: 'component_verify_ticket', ComponentVerifyTicket: authorisations.makeTicket() });
  const startTickets = (body: JsonRecord): Reply => {
    const errcode = authorisations.checkSecret(body, body.component_secret);
    if (errcode !== 0) return { errcode };
    isTicketAsked = true;
    if (eventsUrl !== '') setImmediate(() => void pushTicket());
    return { fields: { errcode: 0, errmsg: 'ok' } };
  };

  const server = await openServer({
    host: '127.0.0.1',
    port: 0,
    now,
    keep,
    handle: (call) => answerCall(call, { authorisations, startTickets, now }),
    refuse: (errcode) => refuse(errcode, now()),
  });
  return {
    ...server,
    get switchedOff() {
      return server.switchedOff;
    },
    component,
    events,
    issued: authorisations.issued,
    authorisations,
    setEventsUrl(url) {
      eventsUrl = url;
      if (isTicketAsked) setImmediate(() => void pushTicket());
    },
    pushTicket,
    pushEvent,
    authorise(appid, kind = 'authorized') {
      const { code, endsAt } = authorisations.authorise(appid);
      return pushEvent({
        InfoType: kind,
        AuthorizerAppid: appid,
        AuthorizationCode: code,
        AuthorizationCodeExpiredTime: Math.floor(endsAt / 1000),
        PreAuthCode: 'preauthcode@@@',
      });
    },
    withdraw(appid) {
      authorisations.withdraw(appid);
      return pushEvent({ InfoType: 'unauthorized', AuthorizerAppid: appid });
    },
    repeat: ({ infoType, request }) => send(infoType, request),
    checkToken: (appid) => (token) => authorisations.checkAccountToken(appid, token),
    async close() {
      outgoing.close();
      events.close();
      await server.close();
    },
  };
}

interface Parts {
  readonly authorisations: Authorisations;
  readonly startTickets: (body: JsonRecord) => Reply;
  readonly now: () => number;
}

function answerCall(call: Call, { authorisations, startTickets, now }: Parts): Answer {
  const open = new Map([
    ['api_start_push_ticket', startTickets],
    ['api_component_token', (body: JsonRecord) => authorisations.componentToken(body)],
  ]);
  const withToken = new Map([
    ['api_create_preauthcode', (body: JsonRecord) => authorisations.preAuthCode(body)],
    ['api_query_auth', (body: JsonRecord) => authorisations.queryAuth(body)],
    ['api_authorizer_token', (body: JsonRecord) => authorisations.authorizerToken(body)],
    ['api_get_authorizer_list', (body: JsonRecord) => authorisations.list(body)],
  ]);
  const name = call.path.replace('/cgi-bin/component/', '');
  const route = open.get(name) ?? withToken.get(name);
  if (!route) return { status: 404, type: 'text/plain', body: '' };
  if (call.method !== 'POST') return refuse(43002, now());
  if (call.headers['content-length'] === undefined) return preconditionFailed;
  const tokenFault = open.has(name)
    ? 0
    : authorisations.checkComponentToken(call.query.get('component_access_token'));
  if (tokenFault !== 0) return refuse(tokenFault, now());
  const body = readJsonRecord(call.body.toString());
  const reply: Reply = body === undefined ? { errcode: 47001 } : route(body);
  return 'errcode' in reply ? refuse(reply.errcode, now()) : answerJson(reply.fields);
}
