import type { Step } from '../../ports/store.ts';

/** Arguments that say what a step is about. */
const naming = ['conversation', 'id', 'message', 'outside'] as const;

/**
 * What a batch is about: conversations, lanes, messages, outside ids. Batches that name the same thing run one after
 * another. The helpdesk's own (no conversation) goes by the helpdesk, and what has nothing of these by its name.
 */
export function namesOf(steps: readonly Step[]): readonly string[] {
  // All batches take their names in the same order: none waits for one that waits for it.
  return [...new Set(steps.flatMap(({ args }) => namesIn(args)))].sort();
}

function namesIn(args: Step['args']): readonly string[] {
  const found = naming.flatMap((argument) => textIn(args, argument));
  const own = args.conversation === '' ? textIn(args, 'helpdesk') : [];
  // The name of one lane; `forward` and the like are all conversations'.
  const lane = textIn(args, 'lane').filter((text) => text.includes(' '));
  const all = [...found, ...own, ...lane];
  return all.length > 0 ? all : textIn(args, 'name');
}

function textIn(args: Step['args'], argument: string): readonly string[] {
  const value = args[argument];
  return typeof value === 'string' && value !== '' ? [value] : [];
}
