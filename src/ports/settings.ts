import type { z } from 'zod';

/**
 * What `.meta()` of a setting's zod schema may say. Every setting has a `description`: help in the example file, in the
 * JSON schema and in editors come from it, and masking from `secret`.
 */
export interface SettingMeta {
  readonly description: string;
  /** The value is a secret: masked everywhere, and a warning when it stands in the file literally. */
  readonly secret?: boolean;
  /** It stands in the place of a setting before it: the example file shows it as a comment. */
  readonly isAlternative?: boolean;
  /** What the example file shows in place of the default. */
  readonly example?: unknown;
}

/** The settings of one adapter or channel: a strict object whose every field has a default or is required. */
export type SettingsSchema = z.ZodObject;
