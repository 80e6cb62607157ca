import { isRecord, type JsonRecord } from '../json.ts';
import { answer, type Reply, refusal } from './answers.ts';
import { findFault, isEnterprise, isOneOf, isText, isTrackOf, isWord, optional } from './fields.ts';
import { type Floor, makeKey, type Visitor } from './floor.ts';
import type { Meiqia, Visit } from './route.ts';

/** `sdk/init_sdk_user`: a visitor without a name, or anew the keys of one. */
export function makeUser(floor: Floor, body: JsonRecord): Reply {
  const { appKey, isWrongHost } = floor.settings();
  if (isWrongHost) return refusal(400, 'invalid domain');
  if (findFault(body, { app_key: isWord, track_id: optional(isWord) }) !== undefined)
    return refusal(400, 'fields');
  if (body.app_key !== appKey) return refusal(404, 'app_key');
  if (body.track_id === undefined) return answer(describeRecord(floor, floor.makeVisitor()));
  const visitor = floor.visitors.get(String(body.track_id));
  return visitor === undefined ? refusal(400, 'track_id') : answer(describeRecord(floor, visitor));
}

function describeRecord(floor: Floor, { trackId, browserId, visitId, aesKey }: Visitor): JsonRecord {
  return {
    track_id: trackId,
    enterprise_id: floor.settings().entId,
    browser_id: browserId,
    visit_page_id: `p${visitId}`,
    visit_id: visitId,
    aes_key: aesKey,
  };
}

export function bindOwnId({ floor }: Meiqia, { visitor, body }: Visit): Reply {
  const ownId = body.dev_client_id;
  if (findFault(body, { dev_client_id: isText }) !== undefined || !isText(ownId))
    return refusal(400, 'dev_client_id');
  const { unbindableIds, bindsOwnIds } = floor.settings();
  if (ownId.length < 6 || ownId.length > 32 || unbindableIds.includes(ownId)) return refusal(400, 'track_id');
  const known = floor.byOwnId(ownId);
  if (known !== undefined) return answer({ found_client: true, ...describeRecord(floor, known) });
  if (bindsOwnIds) visitor.ownId = ownId;
  // What did not change may be left out.
  return answer({ found_client: false, ...describeRecord(floor, visitor), visit_id: '' });
}

export function init({ floor }: Meiqia, { visitor, body }: Visit): Reply {
  const fault = findFault(body, { ent_id: isEnterprise(floor, 'number'), track_id: isTrackOf(visitor) });
  if (fault !== undefined) return refusal(400, fault);
  const { takesTickets, takesPhotos, takesVideos, ratingText } = floor.settings();
  const status = (isOn: boolean) => (isOn ? 'open' : 'close');
  return answer({
    ticket_config: { sdk_enabled: takesTickets },
    queueing_settings: { intro: '', ticket_intro: '' },
    service_evaluation_config: { prompt_text: ratingText },
    visitor_photo_msg_config: { status: status(takesPhotos) },
    visitor_video_msg_config: { status: status(takesVideos) },
    public_nickname: '客服',
  });
}

export function takeStatistics(_meiqia: Meiqia, { visitor, body }: Visit): Reply {
  const names =
    'device_brand device_model os_family os_version resolution net_type app_version sdk_version os_language os_timezone app_name';
  const fault = findFault(body, Object.fromEntries(names.split(' ').map((name) => [name, isText])));
  if (fault !== undefined) return refusal(400, fault);
  visitor.statistics = body;
  return answer({});
}

/** Without `overwrite` a profile is taken once only. */
export function takeAttrs({ floor }: Meiqia, { visitor, body }: Visit): Reply {
  const { attrs, overwrite } = body;
  const fault = findFault(body, {
    attrs: isRecord,
    track_id: isTrackOf(visitor),
    ent_id: isEnterprise(floor, 'text'),
    visit_id: isOneOf(visitor.visitId),
    overwrite: optional(isOneOf(true)),
  });
  if (fault !== undefined || !isRecord(attrs) || !Object.values(attrs).every(isText))
    return refusal(400, fault ?? 'attrs');
  const isFirst = Object.keys(visitor.attrs).length === 0;
  if (isFirst || overwrite) visitor.attrs = { ...visitor.attrs, ...attrs };
  return answer({});
}

export function takeDeviceToken(_meiqia: Meiqia, { visitor, body }: Visit): Reply {
  if (findFault(body, { device_token: isWord }) !== undefined) return refusal(400, 'device_token');
  visitor.deviceToken = String(body.device_token);
  return answer({});
}

/** The key is another from now on: what was sealed under the old one is not taken any more. */
export function changeKey(floor: Floor, visitor: Visitor): void {
  visitor.aesKey = makeKey(floor.settings());
}
