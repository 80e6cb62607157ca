import type { WecomOptions } from '../../../sandbox/vendors/wecom-kf.ts';
import { openCore } from './core.ts';
import { CUSTOMER, openCompany } from './desk.ts';

/** A hand-off before a pretended company whose bells are silent. */
export async function open(
  handoff: Record<string, unknown> = {},
  given: Record<string, unknown> = {},
  options: Partial<WecomOptions> = {},
) {
  const company = await openCompany({ handoff, ...given }, options);
  company.wecom.people.isSilent = true;
  const core = openCore(company);
  return { ...company, core, people: company.wecom.people };
}

/** The visitor has written, come by his card, and written again in the kf chat. */
export async function handedOff(handoff: Record<string, unknown> = {}, given: Record<string, unknown> = {}) {
  const scene = await open(handoff, given);
  await scene.core.visitorSays('在吗');
  await scene.people.enter(CUSTOMER, scene.core.cardLink());
  await scene.core.pull();
  await scene.people.customerSays(CUSTOMER, '你好');
  await scene.core.pull();
  return scene;
}
