import type { Part, Sender } from '../../../src/model/message.ts';
import type { MessageTable } from '../../../src/store/tables.ts';

/** `undefined`: no text. */
export function textOf(row: MessageTable): string | undefined {
  const texts = partsOf(row).map((part) => (part.kind === 'text' ? part.text : undefined));
  return texts.includes(undefined) ? undefined : texts.join('\n');
}

export function partsOf(row: MessageTable): readonly Part[] {
  return JSON.parse(row.parts) as readonly Part[];
}

export function roleOf(row: MessageTable): Sender['role'] {
  return (JSON.parse(row.sender) as Sender).role;
}

export function isRobots(row: MessageTable): boolean {
  return roleOf(row) === 'robot';
}

export function hasUnfollowed(row: MessageTable): boolean {
  return partsOf(row).some((part) => part.kind === 'event' && part.name === 'unsubscribe');
}

export function noteOf({ action, event }: MessageTable): string | undefined {
  if (action !== 'note' || event === null) return undefined;
  return (JSON.parse(event) as { readonly text?: string }).text;
}

export function namesOf(rows: readonly MessageTable[]): string {
  return rows.map(({ vendor_id, id }) => vendor_id ?? id).join('+');
}
