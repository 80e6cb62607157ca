import { randomUUID } from 'node:crypto';
import { conversationId } from '../src/model/conversation.ts';
import { tenantName } from './configuration.ts';
import { deskOfHelpdesk } from './routing.ts';
import type { Decision } from './state.ts';
import type { JsonRecord } from './vendors/json.ts';
import { visitors } from './visitors.ts';

/** Which helpdesk got each conversation and why, read from the log lines that tell of it; oldest first. */
export interface Decisions {
  note(line: JsonRecord): void;
  all(): readonly Decision[];
  readonly count: number;
}

const kept = 200;

export function openDecisions(): Decisions {
  const visitorOf = new Map(visitors.map(({ id }) => [conversationId(tenantName, id), id]));
  let noted: readonly Decision[] = [];
  let count = 0;
  return {
    note(line) {
      const visitor = visitorOf.get(String(line.conversation));
      const decision = visitor === undefined ? undefined : readDecision(line, visitor);
      if (decision === undefined) return;
      noted = [...withoutReason(noted, decision), decision].slice(-kept);
      count += 1;
    },
    all: () => noted,
    get count() {
      return count;
    },
  };
}

function readDecision(line: JsonRecord, visitor: string): Decision | undefined {
  const { msg, time, helpdesk, from, to, because, rule, passed, left } = line;
  const base = { id: randomUUID(), at: Number(time), visitor, ...(typeof rule === 'string' && { rule }) };
  if (msg === 'route.chosen') {
    const desk = deskOfHelpdesk(helpdesk);
    const reason = base.rule === undefined ? 'default' : 'rule';
    return desk && { ...base, to: desk, because: reason };
  }
  const [former, next] = [deskOfHelpdesk(from), deskOfHelpdesk(to)];
  if (msg !== 'route.moved' || former === undefined || next === undefined) return undefined;
  const isOutage = because === 'outage';
  const reason = isOutage ? 'outage' : base.rule === undefined ? 'default' : 'rule';
  return { ...base, from: former, to: next, because: reason, passed: Number(passed), left: Number(left) };
}

/** The bridge tells what it chose, and then that it moves: to us that is one thing. */
function withoutReason(noted: readonly Decision[], { from, to, visitor }: Decision): readonly Decision[] {
  const last = noted.at(-1);
  const isTold = last?.from === undefined && last?.visitor === visitor && last.to === to;
  return from !== undefined && isTold ? noted.slice(0, -1) : noted;
}
