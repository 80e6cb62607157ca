import { randomBytes } from 'node:crypto';
import type { Desk, Knock, Seen, Words } from './desk.ts';
import { isRecord, type JsonRecord } from './vendors/json.ts';
import { type CalledBack, type PretendedHelpdesk, startWebhook, type TakenEvent } from './vendors/webhook.ts';
import type { CallEnd } from './written.ts';

const handoverWords = ['人工', '转人工', '人工客服', 'rg'];

const grades = [
  { id: '5', label: '满意' },
  { id: '1', label: '不满意' },
];

/** Slower than a helpdesk would, so that there is time to bring the bridge back. */
const resendAfterMs = 5000;

/** The pretended helpdesk of one's own with its one agent, as a desk. */
export async function startWebhookDesk(callbackUrl: string, now: () => number): Promise<Desk> {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const helpdesk = await startWebhook({ secret, callbackUrl, now, resendAfterMs });
  return {
    vendor: 'webhook',
    settings: { url: helpdesk.address, handoverWords, defaultRating: grades },
    secrets: { secret },
    againAfterMs: resendAfterMs,
    maxTries: helpdesk.maxCallbackTries,
    get isOn() {
      return helpdesk.switchedOff === false;
    },
    get isStaffed() {
      return helpdesk.isStaffed;
    },
    get revision() {
      return helpdesk.events.count + helpdesk.requests.count + helpdesk.callbacks.count;
    },
    turn: (isOn) => (isOn ? helpdesk.switchOn() : helpdesk.switchOff()),
    staff: helpdesk.setStaffed,
    // Its sessions last until somebody ends them.
    catchUp: () => undefined,
    session(visitor) {
      if (helpdesk.sessionOf(visitor) !== undefined) return 'agent';
      const isWaiting = !helpdesk.isStaffed && helpdesk.textsOf(visitor).length > 0;
      return isWaiting ? 'message' : 'none';
    },
    seen: (visitor) =>
      helpdesk.events.all
        .filter(({ data }) => data.visitor === visitor)
        .flatMap((event) => describeEvent(event, helpdesk)),
    say(visitor, words) {
      if (helpdesk.sessionOf(visitor) === undefined && !helpdesk.isStaffed) return undefined;
      return say(helpdesk, visitor, words);
    },
    endSession: (visitor) => helpdesk.endSession(visitor) !== undefined,
    inviteRating: (visitor) => helpdesk.inviteRating(visitor) !== undefined,
    requests: () => helpdesk.requests.all,
    knocks: () => helpdesk.callbacks.all.flatMap(describeKnocks),
    close: helpdesk.close,
  };
}

async function say(helpdesk: PretendedHelpdesk, visitor: string, words: Words): Promise<CallEnd> {
  const { isTaken, tries, id } =
    'text' in words
      ? await helpdesk.agentSays(visitor, words.text)
      : await helpdesk.agentSends(visitor, { parts: [{ kind: 'image', url: helpdesk.lay(words.picture) }] });
  return { isTaken, tries: tries.length, vendorId: id };
}

/** Messages, and what messages came to: a request for an agent, a rating; and what the bridge tells the agent. */
function describeEvent({ at, type, data }: TakenEvent, helpdesk: PretendedHelpdesk): readonly Seen[] {
  if (type === 'visitor.agent_asked') {
    return [{ at, from: 'deed', deed: 'asked', text: '', writtenAs: handoverWords }];
  }
  if (type === 'visitor.rated' && isRecord(data.option)) return [describeRating(at, data.option)];
  if (type === 'bridge.note') return [{ at, from: 'bridge', text: String(data.text) }];
  if (type !== 'visitor.message' || !Array.isArray(data.parts)) return [];
  return data.parts
    .filter(isRecord)
    .map((part) => ({ at, from: 'visitor', words: describePart(part, helpdesk) }));
}

function describeRating(at: number, { id, label }: JsonRecord): Seen {
  const place = grades.findIndex((grade) => grade.id === id) + 1;
  const text = String(label);
  return { at, from: 'deed', deed: 'rated', text, writtenAs: [String(place), text] };
}

function describePart({ kind, text, url }: JsonRecord, helpdesk: PretendedHelpdesk): Words {
  const picture = kind === 'image' ? helpdesk.copyOf(String(url)) : undefined;
  if (picture !== undefined) return { picture };
  return { text: kind === 'text' ? String(text) : `[${String(kind)}]` };
}

function describeKnocks({ tries }: CalledBack): readonly Knock[] {
  return tries.map(({ at, tookMs, request, status, answer }) => ({
    at,
    tookMs,
    url: request.url,
    body: request.body,
    status,
    answer,
  }));
}
