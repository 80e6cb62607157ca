import type { Message } from '../../../src/model/message.ts';
import type { SendRules } from '../../../src/ports/channel.ts';
import type { OnUnknown } from '../../../src/relay/settle.ts';
import type { MessageTable } from '../../../src/store/tables.ts';
import { hasUnfollowed, isRobots, namesOf, noteOf, partsOf, roleOf, textOf } from './rows.ts';
import type { RuleBook } from './rule-book.ts';

/** One visitor as the referee sees him. */
export interface Side {
  readonly visitor: string;
  readonly conversation: string;
  /** What the bridge may count on, by what it can know. */
  readonly known: RuleBook;
  /** When the bridge learned of his last act, and of the agent's last typing. */
  actedAt: number;
  typedAt: number;
  /** The step in which a line was taken. */
  readonly lineSteps: Map<string, number>;
  readonly recalled: Set<string>;
  /** Lines by the order in which they first reached him. */
  readonly reached: Set<string>;
  /** Lines by how often their answer was lost, but for deaths. */
  readonly lost: Map<string, number>;
  /** A death or a failing store may have cost the bridge a send of its count. */
  isShort: boolean;
  /** Of two grants that do not merge, nobody can say which a send was taken from. */
  isUnsure: boolean;
}

export interface Court {
  readonly rules: SendRules;
  readonly onUnknown: OnUnknown;
  /** Every message, as it stands. */
  messages(): readonly MessageTable[];
  now(): number;
  step(): number;
  /** Something came in the middle of this step: what stood together when is anybody's guess. */
  isRacing(): boolean;
}

export interface Referee {
  /** A send is about to be made. Gives its rows. */
  judgeSend(side: Side, reply: Message): readonly MessageTable[];
  /** These have reached the visitor. */
  arrived(side: Side, rows: readonly MessageTable[]): void;
  /** Nothing is going on. `isBusy`: a call is under way. */
  judgeRest(side: Side, isBusy: boolean): void;
  /** Everything is over. `delivered`: replies of which the helpdesk was told that they are. */
  judgeEnd(side: Side, delivered: ReadonlySet<string>): void;
  /** Something else is wrong. */
  blame(fault: string): void;
  readonly faults: readonly string[];
}

export function openReferee(court: Court): Referee {
  const faults: string[] = [];
  const blame = (fault: string) => {
    faults.push(`step ${court.step()}: ${fault}`);
  };
  const expect = (isGood: boolean, fault: string) => {
    if (!isGood) blame(fault);
  };
  const lane = ({ conversation }: Side) =>
    court.messages().filter((row) => row.conversation === conversation && row.lane === 'reply');
  return {
    faults,
    blame,
    judgeSend(side, reply) {
      const rows = lane(side);
      const sending = rows.filter(({ state }) => state === 'sending');
      const names = namesOf(sending);
      const now = court.now();
      expect(sending.length > 0, 'a send of nothing');
      expect(
        JSON.stringify(reply.parts) === JSON.stringify(sending.flatMap(partsOf)),
        `a send that is not its lines ${names}`,
      );
      expect(side.isUnsure || side.known.left(now) > 0, `a send that the rules forbid: ${names}`);
      expect(isFirst(rows, sending), `${names} overtook what stood before`);
      expect(textBytes(sending) <= court.rules.textMaxBytes, `${names} are too long together`);
      if (court.isRacing() || side.isUnsure) return sending;
      for (const fault of [
        unjoined(rows, sending, { side, court }),
        unreserved(sending, { side, court }),
        tooSoon(rows, sending, { side, court }),
      ]) {
        if (fault !== undefined) blame(fault);
      }
      return sending;
    },
    arrived(side, rows) {
      const places = new Map(lane(side).map(({ id, seq }) => [id, Number(seq)]));
      for (const { id } of rows) {
        if (side.reached.has(id)) continue;
        const isLater = [...side.reached].every((other) => (places.get(other) ?? 0) < (places.get(id) ?? 0));
        expect(isLater, `${namesOf(rows)} reached the visitor out of order`);
        side.reached.add(id);
      }
    },
    judgeRest(side, isBusy) {
      const now = court.now();
      const open = lane(side).filter(({ finished_at }) => finished_at === null);
      const [head] = open;
      if (!head) return;
      const name = namesOf([head]);
      if (head.state === 'sending') return expect(isBusy, `${name} is in flight, and nobody carries it`);
      const isDue = head.due === null || Number(head.due) <= now;
      expect(!isDue, `${name} (${head.state}) waits, and nothing will wake it`);
      const mayGo = side.known.left(now) > 0 && !side.isShort;
      expect(!(head.state === 'held' && mayGo), `${name} is held although a send is left`);
      expect(
        open.every(({ state, automatic }) => state !== 'held' || automatic === 1) ||
          heldNotes(court.messages(), side, 'opening') > 0,
        `${name} is held, and the agent is not told`,
      );
      expect(heldNotes(court.messages(), side, 'any') < 2, 'the agent was told twice that lines are held');
    },
    judgeEnd(side, delivered) {
      const rows = lane(side);
      // Whoever never acted is unknown: what was written to him waits for him.
      if (side.known.acts === 0) return;
      for (const line of side.lineSteps.keys()) {
        const count = rows.filter(({ vendor_id }) => vendor_id === line).length;
        expect(count === 1, `${line} was taken, and there are ${count} of it`);
      }
      for (const row of rows) {
        const fault = lastFault(row, { side, court, delivered });
        if (fault !== undefined) blame(`${namesOf([row])} ${fault}`);
      }
    },
  };
}

interface Given {
  readonly side: Side;
  readonly court: Court;
}

function isFirst(rows: readonly MessageTable[], sending: readonly MessageTable[]): boolean {
  const open = rows.filter(({ finished_at }) => finished_at === null);
  return sending.every((row, index) => open[index] === row);
}

function textBytes(rows: readonly MessageTable[]): number {
  return Buffer.byteLength(rows.map(textOf).join('\n'));
}

/** Two texts that waited together go together, if they are joinable at all. */
function unjoined(
  rows: readonly MessageTable[],
  sending: readonly MessageTable[],
  { side, court }: Given,
): string | undefined {
  const last = sending.at(-1);
  const next = rows.find(({ finished_at, state }) => finished_at === null && state !== 'sending');
  if (!last || !next) return undefined;
  const both = [...sending, next];
  const isJoinable =
    both.every((row) => textOf(row) !== undefined && row.lost === null && row.reason !== 'alone') &&
    new Set(both.map(isRobots)).size === 1 &&
    textBytes(both) <= court.rules.textMaxBytes;
  const arrived = side.lineSteps.get(next.vendor_id ?? '') ?? Number.POSITIVE_INFINITY;
  return isJoinable && arrived < court.step()
    ? `${namesOf(sending)} went without ${namesOf([next])}, which waited too`
    : undefined;
}

/** A machine's words alone leave the last sends to people; of a short grant all but one. */
function unreserved(sending: readonly MessageTable[], { side, court }: Given): string | undefined {
  // Of what a bridge counts that lost a send of its count, another grant may have the most.
  if (side.isShort || sending.some(({ automatic }) => automatic === 0)) return undefined;
  const now = court.now();
  const reserve = Math.min(court.rules.reserveForHuman, side.known.granted(now) - 1);
  return side.known.left(now) > reserve
    ? undefined
    : `${namesOf(sending)} took a send that is kept for people`;
}

/** The fewer sends are left, the longer a text waits for company, unless nothing can come or the visitor waits. */
function tooSoon(
  rows: readonly MessageTable[],
  sending: readonly MessageTable[],
  { side, court }: Given,
): string | undefined {
  const { joinWaitMs, joinWaitMaxMs } = court.rules;
  const now = court.now();
  const people = sending.filter(({ automatic }) => automatic === 0).map((row) => Number(row.received_at));
  const isLast = rows.every(({ finished_at, state }) => finished_at !== null || state === 'sending');
  const isBegun = sending.some(({ lost, reason }) => lost !== null || reason === 'alone');
  const first = Math.min(...people);
  const isPlain =
    people.length > 0 && isLast && !isBegun && sending.every((row) => textOf(row) !== undefined);
  if (!isPlain || side.actedAt >= first) return undefined;
  const wait = joinWaitMs[Math.min(side.known.left(now), joinWaitMs.length) - 1] ?? 0;
  const last = Math.max(...people, wait > 0 ? side.typedAt : 0);
  const until = Math.min(last + wait, first + joinWaitMaxMs, side.known.endsAt(now) - 5000);
  return now >= until ? undefined : `${namesOf(sending)} went ${until - now} ms before company could come`;
}

/** Notes to the agent that lines are held, since the visitor's last act; an opening one lets him be reached again. */
function heldNotes(
  messages: readonly MessageTable[],
  { conversation }: Side,
  act: 'any' | 'opening',
): number {
  const rows = messages.filter((row) => row.conversation === conversation);
  const lastAct = rows.findLastIndex(
    (row) => roleOf(row) === 'visitor' && (act === 'any' || !hasUnfollowed(row)),
  );
  return rows.slice(lastAct + 1).filter((row) => noteOf(row)?.includes('暂存，访客再次发言')).length;
}

/** What is wrong with how a line ended; `undefined`: nothing. */
function lastFault(
  row: MessageTable,
  { side, court, delivered }: Given & { readonly delivered: ReadonlySet<string> },
): string | undefined {
  const isPersons = row.automatic === 0;
  const name = row.vendor_id ?? '';
  const isTold = (words: string) =>
    court
      .messages()
      .some(
        (other) =>
          other.conversation === row.conversation &&
          other.state === 'done' &&
          other.received_at === row.finished_at &&
          noteOf(other)?.includes(words),
      );
  switch (row.state) {
    case 'sent':
      if (!side.reached.has(row.id)) return 'counts as sent, and never arrived';
      return delivered.has(row.id) ? undefined : 'was sent, and the helpdesk was not told';
    case 'dead':
      if (isPersons && !isTold('未能送达访客')) return 'was given up, and the agent was not told';
      return undefined;
    case 'expired':
      return isPersons && !isTold('已过期') ? 'expired, and the agent was not told' : undefined;
    case 'dropped':
      if (row.code === 'recalled') return side.recalled.has(name) ? undefined : 'was recalled by nobody';
      if (row.code === 'stale' || row.code === 'yielded')
        return isPersons ? `is a person’s, and was dropped (${row.code})` : undefined;
      return court.onUnknown === 'drop' && side.lost.has(row.id) ? undefined : `was dropped (${row.code})`;
    default:
      return `is left over (${row.state}, due ${row.due})`;
  }
}
