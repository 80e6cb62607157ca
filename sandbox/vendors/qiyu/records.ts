import { isRecord, type JsonRecord } from '../json.ts';
import type { StoredFile } from './files.ts';
import type { Placement } from './reception.ts';

/** A visitor's message that was taken. `preciseAt` has fractions of a millisecond, for order and gaps. */
export interface VisitorMessage {
  readonly at: number;
  readonly preciseAt: number;
  readonly uid: string;
  /** `TEXT`, `PICTURE` or `AUDIO`. */
  readonly msgType: string;
  /** The whole body as it was sent. */
  readonly payload: JsonRecord;
  /** The text itself, or the object of a medium. */
  readonly content: unknown;
  readonly text?: string;
  readonly url?: string;
  readonly size?: number;
  readonly md5?: string;
  readonly durationMs?: number;
  /** What was uploaded at `url`. */
  readonly file?: StoredFile;
  /** Who had it when it came. */
  readonly state: Placement['state'];
  readonly sessionId?: number;
  readonly agentId?: number;
}

/** A call that was not taken. `code` is Qiyu's, or the HTTP status 404 or 405; `because` names what is wrong. */
export interface Refusal {
  readonly at: number;
  readonly path: string;
  readonly code: number;
  readonly because: string;
  readonly uid?: string;
}

/** A call of `applyStaff` that was understood: 200, 14005 nobody online, 14006 queued, 14010 nobody and nothing kept. */
export interface Application {
  readonly at: number;
  readonly uid: string;
  readonly code: number;
  readonly payload: JsonRecord;
  readonly answer: JsonRecord;
}

export interface Profile {
  readonly at: number;
  readonly uid: string;
  readonly items: readonly JsonRecord[];
}

export interface Evaluation {
  readonly at: number;
  readonly uid: string;
  readonly sessionId: number;
  readonly evaluation: number;
  readonly remarks?: string;
}

/** What is recorded of a body that was checked. */
export function describeMessage(
  body: JsonRecord,
  {
    uid,
    at,
    placement,
    findFile,
  }: {
    readonly uid: string;
    readonly at: number;
    readonly placement: Placement;
    readonly findFile: (url: string) => StoredFile | undefined;
  },
): VisitorMessage {
  const { content } = body;
  const media = isRecord(content) ? describeMedia(content, findFile) : {};
  const session = 'session' in placement ? placement.session : undefined;
  return {
    at,
    preciseAt: performance.timeOrigin + performance.now(),
    uid,
    msgType: String(body.msgType),
    payload: body,
    content,
    ...(typeof content === 'string' && { text: content }),
    ...media,
    state: placement.state,
    ...(session && { sessionId: session.id, agentId: session.agentId }),
  };
}

function describeMedia(
  { url, size, md5, dur }: JsonRecord,
  findFile: (url: string) => StoredFile | undefined,
) {
  const file = findFile(String(url));
  return {
    url: String(url),
    size: Number(size),
    md5: String(md5),
    ...(dur !== undefined && { durationMs: Number(dur) }),
    ...(file && { file }),
  };
}
