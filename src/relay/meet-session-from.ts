import { flatten, readSessionFrom } from '../formats/session-from.ts';
import { readSignedToken, type TokenFault } from '../formats/signed-token.ts';
import { keepItems, mergeItems, type ProfileItem } from '../model/profile.ts';
import type { VisitorAct } from '../ports/channel.ts';
import type { Step } from '../ports/store.ts';
import { keepClaims, openProfile } from '../store/profiles.ts';
import type { Tenant } from './bridge.ts';

/** What a visitor came with. `refused`: its token is no proof, and then nothing of it is taken for his profile. */
export type SessionFromMet =
  | { readonly kind: 'none' }
  | { readonly kind: 'taken'; readonly items: readonly ProfileItem[] }
  | { readonly kind: 'refused'; readonly reason: TokenFault };

/**
 * Reads the session-from of a push. A token of the merchant's server is proved here, once, at the time of its arrival, and
 * goes no further: the push is given back without it, so that no table, rule or helpdesk ever has it. Pure.
 */
export function meetSessionFrom(
  { profile, channel }: Tenant,
  reading: VisitorAct,
  now: number,
): { readonly reading: VisitorAct; readonly met: SessionFromMet } {
  const text = contextIn(reading);
  if (text === undefined) return { reading, met: { kind: 'none' } };
  const { fields, token, rest } = readSessionFrom(text);
  const claims = keepItems(fields, false);
  if (token === undefined) return { reading, met: { kind: 'taken', items: claims } };
  const proof = readSignedToken(token, {
    keys: profile?.signingKeys ?? [],
    subject: reading.visitor,
    audience: channel.appid,
    now,
    maxLifeMs: profile?.tokenMaxMs ?? 0,
  });
  const met: SessionFromMet =
    proof.kind === 'proved'
      ? { kind: 'taken', items: mergeItems(keepItems(flatten(proof.claims), true), claims) }
      : proof;
  const parts = reading.parts.map((part) =>
    part.kind === 'event' && part.context === text ? { ...part, context: rest } : part,
  );
  return { reading: { ...reading, parts }, met };
}

/** Steps that keep what the visitor came with. What was refused leaves what is known of him as it is. */
export function profileSteps(conversation: string, met: SessionFromMet): readonly Step[] {
  switch (met.kind) {
    case 'none':
      return [];
    case 'taken':
      return [keepClaims({ conversation, claims: JSON.stringify(met.items) })];
    case 'refused':
      return [openProfile({ conversation })];
    default:
      return met satisfies never;
  }
}

/** The session-from of a push. */
export function contextIn({ parts }: Pick<VisitorAct, 'parts'>): string | undefined {
  for (const part of parts) if (part.kind === 'event' && part.context !== undefined) return part.context;
  return undefined;
}
