import type { Attempt } from './attempts.ts';
import type { Desk, Knock } from './desk.ts';
import type { Phones } from './phone.ts';
import { deskOfHelpdesk } from './routing.ts';
import type { CallEvidence, DeskName, Evidence } from './state.ts';
import type { MessageRow } from './story.ts';
import type { Exchange } from './vendors/server.ts';

export interface EvidenceSources {
  readonly phones: Pick<Phones, 'requests' | 'knocks'>;
  readonly desks: readonly {
    readonly name: DeskName;
    readonly desk: Pick<Desk, 'requests' | 'knocks' | 'isAbout' | 'plain'>;
  }[];
}

/** What the two ends recorded of one message: the call that brought it, and the calls that each attempt made. */
export function gatherEvidence(
  message: {
    readonly row: MessageRow;
    readonly raw: string | undefined;
    readonly attempts: readonly Attempt[];
  },
  { phones, desks }: EvidenceSources,
): Evidence {
  const { row, raw, attempts } = message;
  const isForward = row.direction === 'forward';
  const callers = isForward
    ? [{ name: 'wechat' as const, knocks: phones.knocks() }]
    : desks.map(({ name, desk }) => ({ name, knocks: desk.knocks() }));
  const brought = callers.flatMap(({ name, knocks }) =>
    knocks
      .filter(({ body }) => raw !== undefined && body.toString() === raw)
      .map((knock) => describeKnock(knock, name)),
  );
  // What went to one desk may have been tried at the other before.
  const outlets: readonly Outlet[] = isForward
    ? desks.map(({ name, desk }) => ({
        name,
        exchanges: desk.requests(),
        isAbout: desk.isAbout ?? isAbout,
        plain: desk.plain,
      }))
    : [{ name: 'wechat', exchanges: phones.requests(), isAbout }];
  const made = attempts.flatMap((attempt) => describeAttempt(attempt, row, outlets));
  return {
    id: row.id,
    row: { ...row },
    calls: [...brought, ...made].toSorted((one, other) => one.at - other.at),
  };
}

/** Where the bridge's calls of a message go. */
interface Outlet extends Required<Pick<Desk, 'isAbout'>> {
  readonly name: DeskName | 'wechat';
  readonly exchanges: readonly Exchange[];
  readonly plain?: Desk['plain'] | undefined;
}

/** Clocks of two processes on one machine, and a call that was under way when the attempt was written down. */
const slackMs = 3;

function describeAttempt(
  { startedAt, endedAt, outcome, code = '' }: Attempt,
  row: MessageRow,
  outlets: readonly Outlet[],
): readonly CallEvidence[] {
  const found = outlets.flatMap((outlet) =>
    outlet.exchanges
      .filter(
        (exchange) =>
          exchange.at >= startedAt - slackMs &&
          exchange.at <= endedAt + slackMs &&
          outlet.isAbout(exchange, row.visitor),
      )
      .map((exchange) => describeExchange(exchange, outlet)),
  );
  if (found.length > 0) return found;
  const nothing = { at: startedAt, tookMs: endedAt - startedAt, status: 0, request: '', answer: '' };
  const to = row.direction === 'reply' ? 'wechat' : (deskOfHelpdesk(row.helpdesk) ?? 'desk');
  return [{ ...nothing, title: `${outcome} ${code}`, from: 'bridge', to }];
}

/** Uploads and tokens name no visitor. */
function isAbout({ body, path }: Exchange, visitor: string): boolean {
  const isNameless = /upload|sendFile|token/.test(path);
  return isNameless || body.includes(visitor);
}

function describeKnock(knock: Knock & { readonly plain?: string }, from: DeskName | 'wechat'): CallEvidence {
  const { at, tookMs, url, body, status, answer, plain } = knock;
  const { pathname, search } = new URL(url);
  return {
    at,
    tookMs,
    title: `POST ${pathname}${search}`,
    from,
    to: 'bridge',
    status,
    request: body.toString(),
    answer,
    ...(plain !== undefined && { plain }),
  };
}

function describeExchange(exchange: Exchange, outlet: Pick<Outlet, 'name' | 'plain'>): CallEvidence {
  const { at, tookMs, method, path, status, answer, body, bytes } = exchange;
  const text = body.toString();
  const isText = !text.includes('\ufffd');
  const plain = outlet.plain?.(exchange);
  return {
    at,
    tookMs,
    title: `${method} ${path}`,
    from: 'bridge',
    to: outlet.name,
    status,
    request: isText ? text : `${bytes} bytes`,
    answer,
    ...(plain !== undefined && { plain }),
  };
}
