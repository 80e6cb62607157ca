import type { z } from 'zod';
import type { LookupConfig, ProfileConfig } from './config.ts';
import type { profileSchema } from './profile-schema.ts';

type Settings = z.output<ReturnType<typeof profileSchema>>;

/** The settings of profiles in the form in which the program uses them: keys in order, times in milliseconds. */
export function buildProfile(settings: Settings): ProfileConfig {
  const { signingKey, previousSigningKeys, tokenMaxSec, rulesUse, labels, lookup } = settings;
  return {
    signingKeys: signingKey === undefined ? [] : [signingKey, ...previousSigningKeys],
    tokenMaxMs: tokenMaxSec * 1000,
    rulesUse,
    labels,
    ...(lookup && { lookup: buildLookup(lookup) }),
  };
}

function buildLookup(settings: NonNullable<Settings['lookup']>): LookupConfig {
  const { url, signingSecret, previousSigningSecrets, bearer, ttlSec, timeoutMs } = settings;
  return {
    url,
    secrets: signingSecret === undefined ? [] : [signingSecret, ...previousSigningSecrets],
    ...(bearer !== undefined && { bearer }),
    ttlMs: ttlSec * 1000,
    timeoutMs,
  };
}
