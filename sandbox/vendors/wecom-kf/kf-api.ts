import { isRecord, type JsonRecord } from '../json.ts';
import type { ApiParts } from './api.ts';
import { type Customer, type State, windowMs } from './chat.ts';
import { findContentFault, windowTypes } from './content-rules.ts';
import { answer, type Body, type Reply, refuse } from './reply.ts';

/** A message within 48 h of the customer's, at most so many for each of his, and only in states 0 and 1. */
export function sayInWindow(parts: ApiParts, { fields }: Body, most: number): Reply {
  const { chat, now, settings } = parts;
  const customer = chat.customers.get(String(fields.touser));
  if (fields.open_kfid !== settings().openKfid) return refuse(95004);
  if (customer === undefined) return refuse(40096);
  const fault = findContentFault(parts, fields, windowTypes) ?? findUsedId(parts, fields);
  if (fault !== undefined) return refuse(fault);
  if (customer.state > 1) return refuse(95018);
  if (customer.wroteAt === undefined || now() - customer.wroteAt > windowMs) return refuse(95002);
  if (customer.said >= most) return refuse(95001);
  customer.said += 1;
  // The first word of the API's makes the session its own.
  if (customer.state === 0) customer.state = 1;
  return say(parts, customer, { fields, by: 'allowance' });
}

/** The one message that a code allows. */
export function sayByCode(parts: ApiParts, { fields }: Body): Reply {
  const { chat, now } = parts;
  const code = chat.codes.get(String(fields.code));
  if (code === undefined || code.isUsed || code.until <= now()) return refuse(41050);
  const customer = chat.customer(code.external);
  if (code.state !== undefined && customer.state !== code.state) return refuse(95018);
  const fault = findContentFault(parts, fields, code.types) ?? findUsedId(parts, fields);
  if (fault !== undefined) return refuse(fault);
  code.isUsed = true;
  customer.welcomedAt = now();
  return say(parts, customer, { fields, by: 'code' });
}

function say(
  { chat, now, shelf }: ApiParts,
  { external }: Customer,
  { fields, by }: { readonly fields: JsonRecord; readonly by: 'code' | 'allowance' },
): Reply {
  const msgid = String(fields.msgid ?? `sim_${chat.msgids.size}`);
  const msgtype = String(fields.msgtype);
  const content = isRecord(fields[msgtype]) ? fields[msgtype] : {};
  chat.msgids.add(msgid);
  const text = String(content.content ?? content.head_content ?? '');
  const bytes = shelf.get(String(content.media_id ?? ''))?.bytes;
  chat.said.add({ at: now(), external, msgid, msgtype, text, content, by, ...(bytes && { bytes }) });
  return answer({ msgid });
}

function findUsedId({ chat }: ApiParts, { msgid }: JsonRecord): number | undefined {
  if (msgid === undefined) return undefined;
  if (typeof msgid !== 'string' || !/^[0-9a-zA-Z_-]{1,32}$/.test(msgid)) return 40058;
  return chat.msgids.has(msgid) ? 40058 : undefined;
}

export function answerState({ chat, settings }: ApiParts, { fields }: Body): Reply {
  if (fields.open_kfid !== settings().openKfid) return refuse(95004);
  const customer = chat.customers.get(String(fields.external_userid));
  if (customer === undefined) return refuse(40096);
  const { state, servicer } = customer;
  return answer({ service_state: state, ...(state === 3 && { servicer_userid: servicer }) });
}

/** From state to state, as far as the API may. */
const moves: Readonly<Record<State, readonly State[]>> = {
  0: [1, 2, 3],
  1: [2, 3],
  2: [3],
  3: [3, 4],
  4: [],
};

export function moveState({ chat, settings }: ApiParts, { fields }: Body): Reply {
  if (fields.open_kfid !== settings().openKfid) return refuse(95004);
  const customer = chat.customers.get(String(fields.external_userid));
  if (customer === undefined) return refuse(40096);
  const state = fields.service_state;
  if (state !== 1 && state !== 2 && state !== 3 && state !== 4) return refuse(40058);
  if (customer.state === 4) return refuse(95013);
  if (!moves[customer.state].includes(state)) return refuse(95016);
  const servicer = chat.members.get(String(fields.servicer_userid ?? ''));
  if (state === 3 && servicer?.status === undefined) return refuse(95014);
  if (state === 3 && servicer?.status !== 0) return refuse(95019);
  const isFirst = !customer.moved.has(state);
  customer.state = state;
  customer.moved.add(state);
  if (state === 3 && servicer !== undefined) customer.servicer = servicer.userid;
  else delete customer.servicer;
  const { external } = customer;
  if (!isFirst || state === 1) return answer({});
  const types = state === 4 ? ['text', 'msgmenu'] : ['text'];
  const livesMs = state === 4 ? 20_000 : windowMs;
  return answer({ msg_code: chat.giveCode({ external, livesMs, state, types }) });
}
