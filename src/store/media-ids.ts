import { queries, statement } from './statement.ts';

interface Key extends Record<string, string | number> {
  readonly appid: string;
  readonly use: string;
  readonly digest: string;
}

/** The platform's id of an upload, if it is good now. */
export const readMediaId = statement<Key & { now: number }, { platform_id: string }>('mediaId.read', (arg) =>
  queries
    .selectFrom('media_id')
    .select('platform_id')
    .where('appid', '=', arg('appid'))
    .where('use', '=', arg('use'))
    .where('digest', '=', arg('digest'))
    .where('good_until', '>', arg('now')),
);

/** A newer upload of the same takes the place of the one before. */
export const keepMediaId = statement<Key & { id: string; goodUntil: number }>('mediaId.keep', (arg) =>
  queries
    .insertInto('media_id')
    .values({
      appid: arg('appid'),
      use: arg('use'),
      digest: arg('digest'),
      platform_id: arg('id'),
      good_until: arg('goodUntil'),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['appid', 'use', 'digest'])
        .doUpdateSet({ platform_id: arg('id'), good_until: arg('goodUntil') }),
    ),
);

/** Forgets an id that is no good, unless another has taken its place. */
export const forgetMediaId = statement<Key & { id: string }>('mediaId.forget', (arg) =>
  queries
    .deleteFrom('media_id')
    .where('appid', '=', arg('appid'))
    .where('use', '=', arg('use'))
    .where('digest', '=', arg('digest'))
    .where('platform_id', '=', arg('id')),
);

/** Forgets the ids whose time is over. */
export const forgetOldMediaIds = statement<{ now: number }>('mediaId.forgetOld', (arg) =>
  queries.deleteFrom('media_id').where('good_until', '<=', arg('now')),
);
