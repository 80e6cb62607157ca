import type { Step } from '../../ports/store.ts';

/** Arguments that say what a step is about. */
const naming = ['conversation', 'id', 'message', 'outside'] as const;

export interface NamingStep extends Pick<Step, 'args'> {
  /** It changes nothing, and nothing hangs on what it finds. */
  readonly isLook?: boolean;
}

/**
 * What a batch is about: conversations, lanes, messages, outside ids. Batches that name the same thing run one after
 * another. The helpdesk's own (no conversation) goes by the helpdesk, and what has nothing of these by its name.
 *
 * Who only looks at the helpdesk's own does not name it. All turns of all its conversations do so, on all instances: they
 * would go one after another, and wait together for the transaction of one instance that hangs.
 */
export function namesOf(steps: readonly NamingStep[]): readonly string[] {
  // All batches take their names in the same order: none waits for one that waits for it.
  return [...new Set(steps.flatMap(namesIn))].sort();
}

function namesIn({ args, isLook = false }: NamingStep): readonly string[] {
  const found = naming.flatMap((argument) => textIn(args, argument));
  if (isLook && args.conversation === '') return found;
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
