import { type Fields, listOf, numberOf, textOf } from '../../src/formats/fields.ts';
import type { Option } from '../../src/model/message.ts';
import type { EasemobSettings } from './settings.ts';

/** A degree of a rating, with the invitation that it answers. */
export interface Grade {
  readonly inviteId: number;
  readonly degreeId?: number;
  /** As Easemob wrote it. */
  readonly score: string;
  /** Stars, 1 to 5. */
  readonly level: number;
}

/**
 * The degrees of an invitation (`ctrlArgs` of `inviteEnquiry`), best first. An option's id holds all that the rating
 * needs, so that it can be given for hours whatever else was forgotten.
 */
export function readDegrees(
  args: Fields,
  { defaultDegrees }: Pick<EasemobSettings, 'defaultDegrees'>,
): readonly Option[] {
  const inviteId = numberOf(args, 'inviteId') ?? 0;
  const own = listOf(args, 'evaluationDegree')
    .flatMap((degree) => {
      const label = textOf(degree, 'name');
      const level = numberOf(degree, 'level');
      // Stars beyond the five could be offered, but not handed in.
      if (label === undefined || level === undefined || level < 1 || level > 5) return [];
      const score = textOf(degree, 'score') ?? String(level);
      return [{ label, level, id: [inviteId, numberOf(degree, 'id') ?? '', level, score].join(':') }];
    })
    .toSorted((one, other) => other.level - one.level)
    .map(({ id, label }) => ({ id, label }));
  if (own.length > 0) return own;
  return defaultDegrees.map(({ name, level }) => ({
    id: [inviteId, '', level, level].join(':'),
    label: name,
  }));
}

/** `undefined` for what {@link readDegrees} does not write. */
export function readGrade(id: string): Grade | undefined {
  const [, inviteId, degreeId, level, score] = /^(\d{1,15}):(\d{0,15}):([1-5]):(.{1,32})$/.exec(id) ?? [];
  if (inviteId === undefined || level === undefined || score === undefined) return undefined;
  return {
    inviteId: Number(inviteId),
    ...(degreeId !== undefined && degreeId !== '' && { degreeId: Number(degreeId) }),
    score,
    level: Number(level),
  };
}
