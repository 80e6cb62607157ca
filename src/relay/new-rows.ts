import { newId } from '../model/ids.ts';
import { mediumOf } from '../model/medium.ts';
import type { Json, Media, Part, Sender } from '../model/message.ts';
import type { Step } from '../ports/store.ts';
import { advanceConversation } from '../store/conversations.ts';
import { releaseMessage, wantMedium } from '../store/media.ts';
import { addMessage, dropDoubled, type NewMessage } from '../store/messages.ts';
import { NEVER } from '../store/tables.ts';

/** A row that the relay itself adds to a conversation: replies, events for history, and calls beside the messages. */
export interface RowDraft {
  readonly tenant: string;
  readonly conversation: string;
  readonly helpdesk: string;
  readonly now: number;
  readonly raw?: string | null;
  readonly from: Sender;
  readonly parts: readonly Part[];
  readonly event?: Json;
  readonly writtenAt?: number;
  readonly automatic?: boolean;
  readonly vendorId?: string;
}

/** Steps that add a reply: it waits for the media it needs, and for what stands before it. */
export function addReply(draft: RowDraft): readonly Step[] {
  const media = draft.parts.flatMap(mediumToSend);
  const row = rowOf(draft, { direction: 'reply', lane: 'reply', action: 'send', state: 'queued' });
  return [
    advanceConversation({ id: draft.conversation }, 1),
    addMessage({ ...row, due: media.length > 0 ? NEVER : null }, 1),
    ...waitForMedia(media, { ...draft, message: row.id }),
  ];
}

/** Steps that ask for the media of a message; one whose media are all there already does not wait. */
export function waitForMedia(media: readonly Media[], of: Parameters<typeof wantMedia>[1]): readonly Step[] {
  if (media.length === 0) return [];
  const { message, conversation, now } = of;
  return [
    ...media.map((medium) => wantMedia(medium, of)),
    releaseMessage({ id: message, conversation, now }),
  ];
}

/** Steps that write down what happened, for history alone. */
export function addHistory(draft: RowDraft): readonly Step[] {
  const isVisitors = draft.from.role === 'visitor';
  const direction = isVisitors ? 'forward' : 'reply';
  const row = rowOf(draft, { direction, lane: null, action: 'note', state: 'done' });
  return [
    advanceConversation({ id: draft.conversation }, 1),
    addMessage({ ...row, finishedAt: draft.now }, 1),
    ...(isVisitors ? [dropDoubled({ id: row.id })] : []),
  ];
}

/** Steps that add a call beside the messages (a reaction, a note to the agent): it goes before waiting forwards. */
export function addReaction(
  draft: RowDraft & { readonly action: string; readonly notAfter?: number },
): readonly Step[] {
  const row = rowOf(draft, { direction: 'forward', lane: 'react', action: draft.action, state: 'received' });
  return [
    advanceConversation({ id: draft.conversation }, 1),
    addMessage({ ...row, notAfter: draft.notAfter ?? null }, 1),
  ];
}

/** A step that asks for a medium of a message; the message is due once it is there, or can't be had. */
function wantMedia(
  medium: Media,
  of: {
    readonly tenant: string;
    readonly conversation: string;
    readonly message: string;
    readonly now: number;
  },
): Step {
  return wantMedium({
    id: medium.id,
    tenant: of.tenant,
    conversation: of.conversation,
    message: of.message,
    source: JSON.stringify(medium.from),
    name: medium.name ?? null,
    now: of.now,
  });
}

function mediumToSend(part: Part): readonly Media[] {
  const medium = part.kind === 'miniProgramPage' ? part.picture : mediumOf(part);
  return medium ? [medium] : [];
}

function rowOf(
  draft: RowDraft,
  kind: Pick<NewMessage, 'direction' | 'lane' | 'action' | 'state'>,
): NewMessage & { readonly id: string } {
  return {
    ...kind,
    id: newId('m'),
    tenant: draft.tenant,
    conversation: draft.conversation,
    helpdesk: draft.helpdesk,
    sender: JSON.stringify(draft.from),
    parts: JSON.stringify(draft.parts),
    event: draft.event === undefined ? null : JSON.stringify(draft.event),
    writtenAt: Math.round(draft.writtenAt ?? draft.now),
    automatic: draft.automatic ? 1 : 0,
    due: null,
    notAfter: null,
    vendorId: draft.vendorId ?? null,
    answer: null,
    raw: draft.raw ?? null,
    now: draft.now,
    finishedAt: null,
  };
}
