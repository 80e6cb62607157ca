import type { JsonRecord } from '../json.ts';
import type { Answer } from '../server.ts';

/** What the IM cloud does not take. `because` is for people who look for the fault. */
export interface Refusal {
  readonly status: number;
  readonly error: string;
  readonly description: string;
  readonly code?: number;
  readonly because: string;
}

/** The form of all answers of the IM API. */
export function writeAnswer(
  fields: JsonRecord,
  given: { readonly now: number; readonly path: string },
): Answer {
  return json(200, {
    path: given.path,
    uri: `https://a1.example${given.path}`,
    timestamp: given.now,
    organization: 'org',
    application: '8be024f0-e978-11e8-b697-5d598d5f8402',
    action: 'post',
    duration: 0,
    applicationName: 'app',
    ...fields,
  });
}

export function writeRefusal({ status, error, description, code }: Refusal, now: number): Answer {
  return json(status, {
    error,
    exception: 'org.apache.usergrid.rest.exceptions',
    timestamp: now,
    duration: 0,
    error_description: description,
    ...(code !== undefined && { error_code: code }),
  });
}

/** The form of all answers of the helpdesk. */
export function writeKefu(status: number, fields: JsonRecord): Answer {
  return json(status, fields);
}

export function json(status: number, fields: JsonRecord): Answer {
  return { status, type: 'application/json;charset=utf-8', body: JSON.stringify(fields) };
}

/** By what is wrong (Easemob IM, server API, table of errors). */
export const refusals = {
  unauthorized: refusal(401, 'unauthorized', 'Unable to authenticate due to expired access token'),
  badClient: refusal(400, 'invalid_grant', 'client_id does not match'),
  badSecret: refusal(400, 'invalid_grant', 'client_secret does not match'),
  noApp: refusal(404, 'organization_application_not_found', 'Could not find application'),
  noResource: refusal(404, 'service_resource_not_found', 'Service resource not found'),
  badType: refusal(415, 'web_application', 'Unsupported Media Type'),
  badJson: refusal(400, 'json_parse', 'json parse failed'),
  tooLarge: { ...refusal(413, 'illegal_argument', 'message is too large'), code: 14007 },
  tooMany: refusal(429, 'reach_limit', 'This request has reached api limit'),
  tooManyMessages: refusal(403, 'forbidden_op', 'message send reach limit'),
  notBought: refusal(403, 'forbidden_op', 'callback storage is not open'),
  badName: refusal(400, 'illegal_argument', 'username is not legal'),
  taken: refusal(400, 'duplicate_unique_property_exists', 'username already exists'),
} as const;

export function badArgument(because: string): Refusal {
  return { ...refusal(400, 'illegal_argument', `${because} is not legal`), because };
}

function refusal(status: number, error: string, description: string): Refusal {
  return { status, error, description, because: error };
}
