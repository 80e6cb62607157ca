import { type Fields, fieldsOf, numberOf, textOf } from '../../src/formats/fields.ts';

/** An entry of a pulled page (WeCom, `kf/sync_msg`). */
export interface Entry {
  /** Tells a repeat; `undefined` where the vendor gives none. */
  readonly id: string | undefined;
  /** Milliseconds since 1970; the page has whole seconds. */
  readonly at: number;
  readonly what: KfMessage | KfEvent | Unknown;
  /** The whole of it, as it came. */
  readonly raw: Fields;
}

interface Unknown {
  readonly kind: 'unknown';
  readonly type: string;
  /** Whose chat it is about, where it says that. */
  readonly external?: string;
}

/** What a customer or a servicer wrote. */
export interface KfMessage {
  readonly kind: 'message';
  readonly external: string;
  /** `undefined`: the customer's own. */
  readonly servicer: string | undefined;
  readonly type: string;
  /** The object of that name. */
  readonly content: Fields;
}

export type KfEvent =
  | {
      readonly kind: 'enter';
      readonly external: string;
      readonly scene?: string;
      readonly ref?: string;
      readonly welcomeCode?: string;
    }
  | {
      readonly kind: 'sendFailed';
      readonly external: string;
      readonly type: string;
      /** The message's own id. */
      readonly msgid?: string;
    }
  | {
      readonly kind: 'session';
      readonly external: string;
      /** 1 taken from the pool, 2 transferred, 3 ended, 4 taken up again; by servicers in their client only. */
      readonly change: 1 | 2 | 3 | 4;
      readonly servicer?: string;
      readonly code?: string;
    }
  | {
      readonly kind: 'recalled';
      readonly external: string;
      readonly id: string;
      readonly isServicers: boolean;
    }
  | { readonly kind: 'blocked'; readonly external: string; readonly isBlocked: boolean }
  /** A servicer began or stopped to receive: who is asked for is looked at when somebody is needed. */
  | { readonly kind: 'servicer' };

export function readEntry(fields: Fields): Entry {
  const sent = numberOf(fields, 'send_time') ?? 0;
  const base = { id: textOf(fields, 'msgid'), at: sent * 1000, raw: fields };
  const type = textOf(fields, 'msgtype') ?? '';
  if (type === 'event') {
    const event = fieldsOf(fields, 'event') ?? {};
    const type = `event:${textOf(event, 'event_type') ?? ''}`;
    return { ...base, what: readEvent(event) ?? unknown(type, event) };
  }
  return { ...base, what: readMessage(fields, type) ?? unknown(type, fields) };
}

function unknown(type: string, fields: Fields): Unknown {
  const external = textOf(fields, 'external_userid');
  return { kind: 'unknown', type, ...(external !== undefined && { external }) };
}

function readMessage(fields: Fields, type: string): KfMessage | undefined {
  const external = textOf(fields, 'external_userid');
  const origin = textOf(fields, 'origin');
  if (external === undefined || (origin !== '3' && origin !== '5')) return undefined;
  const servicer = origin === '5' ? (textOf(fields, 'servicer_userid') ?? '') : undefined;
  return { kind: 'message', external, servicer, type, content: fieldsOf(fields, type) ?? {} };
}

/** The ids of an event stand within it. */
function readEvent(event: Fields): KfEvent | undefined {
  const type = textOf(event, 'event_type');
  const external = textOf(event, 'external_userid');
  if (type === 'servicer_status_change') return { kind: 'servicer' };
  if (external === undefined) return undefined;
  switch (type) {
    case 'enter_session': {
      const scene = textOf(event, 'scene');
      const ref = textOf(event, 'scene_param');
      const welcomeCode = textOf(event, 'welcome_code');
      return {
        kind: 'enter',
        external,
        ...(scene !== undefined && { scene }),
        ...(ref !== undefined && { ref }),
        ...(welcomeCode !== undefined && { welcomeCode }),
      };
    }
    case 'msg_send_fail':
      return readFailure(event, external);
    case 'session_status_change':
      return readSession(event, external);
    case 'user_recall_msg':
    case 'servicer_recall_msg': {
      const id = textOf(event, 'recall_msgid');
      return id === undefined
        ? undefined
        : { kind: 'recalled', external, id, isServicers: type === 'servicer_recall_msg' };
    }
    case 'reject_customer_msg_switch_change':
      return { kind: 'blocked', external, isBlocked: textOf(event, 'reject_switch') === '1' };
    default:
      return undefined;
  }
}

function readFailure(event: Fields, external: string): KfEvent {
  const msgid = textOf(event, 'fail_msgid');
  return {
    kind: 'sendFailed',
    external,
    type: textOf(event, 'fail_type') ?? '0',
    ...(msgid !== undefined && { msgid }),
  };
}

function readSession(event: Fields, external: string): KfEvent | undefined {
  const change = numberOf(event, 'change_type');
  if (change !== 1 && change !== 2 && change !== 3 && change !== 4) return undefined;
  const servicer = textOf(event, 'new_servicer_userid');
  const code = textOf(event, 'msg_code');
  return {
    kind: 'session',
    external,
    change,
    ...(servicer !== undefined && { servicer }),
    ...(code !== undefined && { code }),
  };
}
