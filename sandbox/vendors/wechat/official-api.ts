import type { JsonRecord } from '../json.ts';
import type { Answer, Call } from '../server.ts';
import { answerJson, refuse } from './errors.ts';
import type { OfficialDesk, OfficialLine } from './official.ts';

/** The API calls of the official tool (WeChat, customer-service management): a mini-program has none of them. */
export function listOfficialRoutes(
  desk: OfficialDesk,
  now: () => number,
  read: (call: Call, use: (body: JsonRecord) => Answer) => Answer,
) {
  const get = (answer: () => Answer) => ({ method: 'GET', isOfficial: true, answer }) as const;
  const post = (use: (body: JsonRecord) => Answer) =>
    ({ method: 'POST', isOfficial: true, answer: (call: Call) => read(call, use) }) as const;
  return [
    ['/cgi-bin/customservice/getkflist', get(() => listAgents(desk))],
    ['/cgi-bin/customservice/getonlinekflist', get(() => listOnline(desk))],
    ['/customservice/msgrecord/getmsglist', post((body) => listRecords(desk, now(), body))],
  ] as const;
}

const daySec = 86_400;
const mostRecords = 10_000;

function listAgents(desk: OfficialDesk): Answer {
  const rows = desk.agents().map(({ account, nick }, place) => ({
    kf_account: account,
    kf_headimgurl: '',
    kf_id: String(1001 + place),
    kf_nick: nick,
  }));
  return answerJson({ kf_list: rows });
}

function listOnline(desk: OfficialDesk): Answer {
  const rows = desk
    .agents()
    .map((agent, place) => ({ ...agent, kf_id: String(1001 + place) }))
    .filter(({ isOnline = true }) => isOnline)
    .map(({ account, kf_id }) => ({ kf_account: account, status: 1, kf_id, accepted_case: 0 }));
  return answerJson({ kf_online_list: rows });
}

function listRecords(desk: OfficialDesk, now: number, body: JsonRecord): Answer {
  const errcode = desk.agents().length === 0 ? 65400 : checkRange(body);
  if (errcode !== 0) return refuse(errcode, now);
  const [from, start, end] = [Number(body.msgid), Number(body.starttime), Number(body.endtime)];
  // Ids count all lines there ever were: a page begins at its id, whatever the range.
  const found = desk.lines
    .map((line, place) => ({ line, id: place + 1 }))
    .filter(({ line, id }) => id >= from && secondOf(line) >= start && secondOf(line) <= end)
    .slice(0, Number(body.number));
  const next = (found.at(-1)?.id ?? from - 1) + 1;
  return answerJson({ recordlist: found.map(({ line }) => rowOf(line)), number: found.length, msgid: next });
}

function checkRange({ starttime, endtime, msgid, number }: JsonRecord): number {
  if (![starttime, endtime, msgid, number].every((value) => Number.isSafeInteger(value))) return 65416;
  const isSound = Number(endtime) >= Number(starttime) && Number(msgid) >= 1 && Number(number) >= 1;
  if (!isSound || Number(number) > mostRecords) return 65416;
  return Number(endtime) - Number(starttime) > daySec ? 65417 : 0;
}

function rowOf(line: OfficialLine): object {
  const { openid, by, text, worker } = line;
  return { openid, opercode: by === 'agent' ? 2002 : 2003, text, time: secondOf(line), worker };
}

function secondOf({ at }: OfficialLine): number {
  return Math.floor(at / 1000);
}
