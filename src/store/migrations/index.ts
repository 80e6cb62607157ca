import type { Compilable, Kysely } from 'kysely';
import { initial } from './001-initial.ts';
import { tokens } from './002-tokens.ts';
import { components } from './003-components.ts';
import { mediaIds } from './004-media-ids.ts';
import { media } from './005-media.ts';
import { routes } from './006-routes.ts';
import { counters } from './007-counters.ts';
import { knocks } from './008-knocks.ts';
import { business } from './009-business.ts';
import { routing } from './010-routing.ts';
import { briefCode } from './011-brief-code.ts';
import { profile } from './013-profile.ts';
import { instances } from './014-instances.ts';
import { paceLeases } from './015-pace-leases.ts';
import { shared } from './016-shared.ts';
import { cache } from './017-cache.ts';
import { inFlight } from './018-in-flight.ts';
import { finishedIndex } from './019-finished-index.ts';

/**
 * A numbered change of the tables, as queries that an engine compiles and runs in one transaction with its mark. Never
 * changed once it is released.
 *
 * It only adds: tables, indexes that are not unique, and columns that may be null or have a default. (An index of
 * SQLite may go: one process has the file, and one of an older version would only be slower.) For while the
 * instances of one version give way to those of the next, both work on the same tables, and an instance of the older one
 * may start on what the newer has made. What is not used any more is taken away two versions later, by a migration that
 * says so in `needs`. A test holds them to it.
 */
export interface Migration {
  readonly name: string;
  /**
   * A migration before this one: a version that does not know that one cannot work on the tables any more, and refuses to
   * start. For what takes something away: the last migration of the version that uses it no longer.
   */
  readonly needs?: string;
  // A migration builds for the tables as they were then, so it cannot know today's type of them.
  up(db: Kysely<unknown>, engine: 'sqlite' | 'postgres'): readonly Compilable[];
}

/** In the order in which they run. */
export const migrations: readonly Migration[] = [
  initial,
  tokens,
  components,
  mediaIds,
  media,
  routes,
  counters,
  knocks,
  business,
  routing,
  briefCode,
  profile,
  instances,
  paceLeases,
  shared,
  cache,
  inFlight,
  finishedIndex,
];
