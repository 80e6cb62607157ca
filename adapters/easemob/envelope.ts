import type { Profile } from './profile.ts';
import type { EasemobSettings } from './settings.ts';

/** A message over IM: what it says, and what goes with it. */
export interface ImMessage {
  readonly from: string;
  readonly id: string;
  readonly type: string;
  readonly body: object;
  readonly profile?: Profile;
  /** The fields of a shared user's visitor, which are no profile. */
  readonly fan?: object;
  /** Beside `weichat`, below `ext`. */
  readonly card?: object;
  /** `ctrlType` and `ctrlArgs`. */
  readonly control?: object;
}

/** The body of a message. */
export interface Envelope {
  readonly body: Buffer;
  /** Nothing of the profile was left out. */
  readonly hasProfile: boolean;
}

/**
 * Writes a message (Easemob IM, `messages/users`; helpdesk, extended message format). A request may have so many bytes in
 * all: what is only about the visitor is left out first, then the card. `undefined`: it is too large even so.
 */
export function writeEnvelope(message: ImMessage, settings: EasemobSettings): Envelope | undefined {
  for (const form of formsOf(message)) {
    const body = Buffer.from(JSON.stringify(write(form, settings)));
    const hasProfile = form.profile === message.profile;
    if (body.length <= settings.maxRequestBytes) return { body, hasProfile };
  }
  return undefined;
}

function formsOf(message: ImMessage): readonly ImMessage[] {
  const { profile, card: _card, ...rest } = message;
  const { profile: _profile, ...bare } = message;
  if (profile === undefined) return [message, rest];
  const { tags: _tags, ...untagged } = profile;
  const { userNickname } = profile;
  return [message, { ...message, profile: untagged }, { ...message, profile: { userNickname } }, bare, rest];
}

function write(message: ImMessage, settings: EasemobSettings): object {
  const { queueName, agentUsername, originType, language } = settings;
  const visitor = { ...message.fan, ...message.profile };
  return {
    from: message.from,
    to: [settings.imServiceNumber],
    type: message.type,
    body: message.body,
    ext: {
      weichat: {
        msg_id_for_ack: message.id,
        ...(queueName !== undefined && { queueName }),
        ...(agentUsername !== undefined && { agentUsername }),
        ...(originType !== undefined && { originType }),
        ...(language !== undefined && { language }),
        ...message.control,
        ...(Object.keys(visitor).length > 0 && { visitor }),
      },
      ...message.card,
    },
  };
}
