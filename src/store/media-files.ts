import { sql } from 'kysely';
import type { MediaFileTable, MediaPieceTable } from './media-tables.ts';
import { queries, statement } from './statement.ts';

/** Writes a piece of a file that is to come; again, it takes the other's place. */
export const putPiece = statement<{ file: string; place: number; content: Uint8Array }>(
  'mediaFile.putPiece',
  (arg) => sql`
    insert into media_piece (file, place, content) values (${arg('file')}, ${arg('place')}, ${arg('content')})
    on conflict (file, place) do update set content = excluded.content`,
);

/** All pieces of a file are there: from now on it is one. Comes with {@link forgetPiecesFrom} of what is behind its end. */
export const putFile = statement<{ file: string; bytes: number; pieceBytes: number }>(
  'mediaFile.put',
  (arg) => sql`
    insert into media_file (name, bytes, piece_bytes)
    values (${arg('file')}, ${arg('bytes')}, ${arg('pieceBytes')})
    on conflict (name) do update set bytes = excluded.bytes, piece_bytes = excluded.piece_bytes`,
);

export const readFile = statement<{ file: string }, MediaFileTable>('mediaFile.read', (arg) =>
  queries.selectFrom('media_file').selectAll().where('name', '=', arg('file')),
);

export const readPiece = statement<{ file: string; place: number }, Pick<MediaPieceTable, 'content'>>(
  'mediaFile.readPiece',
  (arg) =>
    queries
      .selectFrom('media_piece')
      .select('content')
      .where('file', '=', arg('file'))
      .where('place', '=', arg('place')),
);

export const forgetPiecesFrom = statement<{ file: string; place: number }>('mediaFile.forgetPieces', (arg) =>
  queries.deleteFrom('media_piece').where('file', '=', arg('file')).where('place', '>=', arg('place')),
);

export const forgetFile = statement<{ file: string }>('mediaFile.forget', (arg) =>
  queries.deleteFrom('media_file').where('name', '=', arg('file')),
);

/** The names of files, also of those that never became whole. Begins after the empty text. */
export const filesAfter = statement<{ after: string; most: number }, { file: string }>(
  'mediaFile.after',
  (arg) => sql<{ file: string }>`
    select distinct file from media_piece where file > ${arg('after')} order by file limit ${arg('most')}`,
);
