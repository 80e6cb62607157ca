import type { Conversation } from '../model/conversation.ts';
import type { ActionContext, Delivery } from './helpdesk.ts';

/** An attempt that concerns a visitor. */
export type VisitorContext = ActionContext & { readonly conversation: Conversation };

type Done = Extract<Delivery, { outcome: 'accepted' }>;

/** Wakes of the helpdesk itself have no visitor, and nothing to do where only a visitor has. */
export function ofVisitor<Context extends ActionContext, Given extends Delivery>(
  context: Context,
  act: (context: Context & VisitorContext) => Promise<Given>,
): Promise<Given | Done> {
  const { conversation } = context;
  return conversation === undefined ? nothingToDo() : act({ ...context, conversation });
}

export async function nothingToDo(): Promise<Done> {
  return { outcome: 'accepted' };
}
