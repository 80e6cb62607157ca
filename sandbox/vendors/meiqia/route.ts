import type { JsonRecord } from '../json.ts';
import type { Call } from '../server.ts';
import type { Reply } from './answers.ts';
import type { FileShelf } from './files.ts';
import type { Visitor } from './floor.ts';
import type { VisitorMessage } from './messages.ts';
import type { Way } from './proof.ts';
import type { House } from './reception.ts';

/** What a route needs. */
export interface Meiqia extends House {
  readonly files: FileShelf;
  readonly note: (message: VisitorMessage) => void;
  readonly noteDelivered: (ids: readonly string[]) => void;
  readonly noteWish: (wish: AskedFor) => void;
  readonly noteRating: (rating: Rating) => void;
}

/** A call of `scheduler`, and who serves after it. */
export interface AskedFor {
  readonly at: number;
  readonly ownId: string;
  /** A human, past the robot. */
  readonly isPastRobot: boolean;
  readonly agent?: string;
}

/** A rating that was given: 2 good, 1 middling, 0 bad. */
export interface Rating {
  readonly at: number;
  readonly ownId: string;
  readonly level: number;
}

/** One call of a visitor. */
export interface Visit {
  readonly call: Call;
  readonly visitor: Visitor;
  readonly body: JsonRecord;
  /** What stands in the path. */
  readonly id: string;
}

/** One endpoint. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** `{id}` stands for one segment. */
  readonly path: string;
  readonly way: Way;
  /** What stands in the query beside the enterprise and the platform; nothing else may. */
  readonly query?: readonly string[];
  readonly answer: (meiqia: Meiqia, visit: Visit) => Reply;
}
