import { hash } from 'node:crypto';
import { type Fields, textOf } from '../formats/text-fields.ts';
import type { RawRequest } from '../ports/request.ts';
import type { ComponentSettings } from './component-settings.ts';
import { type Post, prepareProof, proveBody, type Refused, readQuery, refused } from './push.ts';
import { keysOfComponent } from './push-keys.ts';

/** What WeChat tells a third-party platform. `key` makes a repeat recognisable; `at` is WeChat's time, milliseconds. */
export type ComponentEvent =
  /** Without the newest ticket no access token of the platform can be had; one comes every ten minutes. */
  | { readonly kind: 'ticket'; readonly key: string; readonly at: number; readonly ticket: string }
  /** An account has authorised the platform, or changed what it may do. The code is good until `codeEndsAt`, once. */
  | {
      readonly kind: 'authorised';
      readonly key: string;
      readonly at: number;
      readonly authorizer: string;
      readonly code: string;
      readonly codeEndsAt: number;
    }
  /** An account has withdrawn its authorisation. */
  | { readonly kind: 'unauthorised'; readonly key: string; readonly at: number; readonly authorizer: string }
  /** Nothing that the bridge has a use for. */
  | { readonly kind: 'other'; readonly key: string; readonly at: number; readonly name: string };

export type ComponentEventReading =
  | Refused
  | ComponentEvent
  /** Proved, but it cannot be understood. */
  | { readonly kind: 'unreadable'; readonly key: string; readonly reason: string };

/**
 * Proves, decrypts and reads what comes to the URL for authorisation events (WeChat, third-party platforms, authorisation
 * events): always encrypted, signed by `msg_signature`, with the platform's own AppID behind it.
 */
export function createComponentEventReader(
  settings: ComponentSettings,
): (request: RawRequest, now: number) => ComponentEventReading {
  const proof = prepareProof(keysOfComponent(settings), settings.pushMaxSkewSec);
  return (request, now) => {
    const query = readQuery(request.query);
    if (query === undefined) return refused('query');
    if (request.method !== 'POST') return refused('method');
    const post: Post = { query, body: request.body, now };
    const proved = proveBody(proof, post);
    if (proved.kind === 'refused') return proved;
    const bodyHash = hash('sha256', proved.text, 'base64url');
    const unreadable = (reason: string): ComponentEventReading => ({
      kind: 'unreadable',
      key: `unreadable:${bodyHash}`,
      reason,
    });
    if (proved.fields.kind === 'failed') return unreadable(proved.fields.reason);
    const { fields } = proved.fields;
    // The cipher names the platform already; the field is there to be looked at, too.
    if ((textOf(fields, 'AppId') ?? settings.appid) !== settings.appid) return refused('appid');
    return readEvent(fields, bodyHash) ?? unreadable('a field is missing');
  };
}

function readEvent(fields: Fields, bodyHash: string): ComponentEvent | undefined {
  const name = textOf(fields, 'InfoType');
  const at = secondsIn(fields, 'CreateTime');
  if (name === undefined || at === undefined) return undefined;
  const head = { key: `${name.slice(0, 64)}:${at}:${bodyHash}`, at };
  switch (name) {
    case 'component_verify_ticket': {
      const ticket = textOf(fields, 'ComponentVerifyTicket');
      return ticket === undefined ? undefined : { kind: 'ticket', ...head, ticket };
    }
    case 'authorized':
    case 'updateauthorized': {
      const authorizer = authorizerIn(fields);
      const code = textOf(fields, 'AuthorizationCode');
      if (authorizer === undefined || code === undefined) return undefined;
      const codeEndsAt = secondsIn(fields, 'AuthorizationCodeExpiredTime') ?? at + CODE_LIFE_MS;
      return { kind: 'authorised', ...head, authorizer, code, codeEndsAt };
    }
    case 'unauthorized': {
      const authorizer = authorizerIn(fields);
      return authorizer === undefined ? undefined : { kind: 'unauthorised', ...head, authorizer };
    }
    default:
      return { kind: 'other', ...head, name: name.slice(0, 64).replaceAll(/[^\w-]/g, '') };
  }
}

/** Of a code whose end is not said. */
const CODE_LIFE_MS = 600_000;

/** An AppID; whatever else stands there would come into logs and keys. */
function authorizerIn(fields: Fields): string | undefined {
  const appid = textOf(fields, 'AuthorizerAppid');
  return appid !== undefined && /^wx[0-9a-z]{16}$/.test(appid) ? appid : undefined;
}

function secondsIn(fields: Fields, name: string): number | undefined {
  const text = textOf(fields, name) ?? '';
  return /^\d{1,11}$/.test(text) ? Number(text) * 1000 : undefined;
}
