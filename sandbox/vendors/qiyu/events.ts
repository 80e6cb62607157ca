import { randomBytes } from 'node:crypto';
import type { JsonRecord } from '../json.ts';
import type { Session } from './desk.ts';
import type { QiyuSettings } from './settings.ts';

/** What Qiyu calls back about a visitor. */
export interface VendorEvent {
  readonly eventType: string;
  readonly body: JsonRecord & { readonly uid: string };
}

/** The fields of a session in an answer of `applyStaff`, without `code`. */
export function describeAllocation(session: Session, settings: QiyuSettings): JsonRecord {
  const { message, ...rest } = describeStaff(session, settings);
  const isRich = session.kind === 'human' && settings.richGreeting !== undefined;
  return {
    staffId: session.agentId,
    message,
    count: 0,
    ...rest,
    ...(isRich && { rich_text_greet: settings.richGreeting }),
    ...(session.evaluationModel !== undefined && { evaluationModel: session.evaluationModel }),
  };
}

export function sessionStart(session: Session, settings: QiyuSettings): VendorEvent {
  const { count: _, ...fields } = describeAllocation(session, settings);
  const { uid, transferredFrom } = session;
  return {
    eventType: 'SESSION_START',
    body: {
      code: 200,
      ...fields,
      uid,
      ...(transferredFrom !== undefined && { transferFrom: transferredFrom }),
    },
  };
}

export function sessionEnd(session: Session, settings: QiyuSettings): VendorEvent {
  const { uid, closeReason, transferredTo } = session;
  return {
    eventType: 'SESSION_END',
    body: {
      code: 200,
      ...describeStaff(session, settings),
      uid,
      closeReason,
      ...(transferredTo !== undefined && { transferTo: transferredTo }),
    },
  };
}

export function ratingInvitation(session: Session): VendorEvent {
  const { id, uid, agentId, agentName, agentIcon } = session;
  const staff = { staffId: agentId, staffName: agentName, staffType: 1, staffIcon: agentIcon };
  return { eventType: 'EVA_INVITATION', body: { sessionId: id, ...staff, uid } };
}

/** An agent's or the robot's message, written now. */
export function staffMessage(
  { uid, agentId, agentName }: Session,
  { msgType, content }: { readonly msgType: string | number; readonly content: unknown },
  now: number,
): VendorEvent {
  return {
    eventType: 'MSG',
    body: {
      uid,
      content,
      staffId: agentId,
      timeStamp: now,
      staffName: agentName,
      msgId: randomBytes(16).toString('hex'),
      msgType,
    },
  };
}

function describeStaff(session: Session, settings: QiyuSettings): JsonRecord {
  const greeting = session.kind === 'human' ? settings.greeting : (settings.robot?.greeting ?? '');
  return {
    staffId: session.agentId,
    message: greeting,
    sessionId: session.id,
    staffName: session.agentName,
    staffType: session.kind === 'human' ? 1 : 0,
    staffIcon: session.agentIcon,
  };
}
