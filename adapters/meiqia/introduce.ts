import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import type { Desk, VisitorContext } from './desk.ts';
import { askFor } from './desk.ts';
import { note, readMemory } from './memory.ts';
import { fingerprintOf, firstProfileOf, ownIdOf, profileOf } from './profile.ts';

/**
 * Tells Meiqia who the visitor is, once, and his profile again when it changes. Nothing of it stops a message: what fails
 * is tried with the next one. `undefined`: all of it is known.
 */
export async function introduce(
  desk: Desk,
  context: VisitorContext,
): Promise<readonly VendorEvent[] | undefined> {
  const memory = readMemory(context.memory.conversation);
  const profile = profileOf(desk.settings, context.conversation);
  const fingerprint = fingerprintOf(profile);
  const isNew = memory.registered === undefined;
  if (!isNew && memory.profile === fingerprint) return undefined;
  const isRegistered = !isNew || (await register(desk, context));
  const isTold =
    memory.profile === fingerprint || (await sendAttrs(desk, context, memory.profile === undefined));
  const introduced = {
    ...(isRegistered && { registered: true as const }),
    ...(isTold && { profile: fingerprint }),
  };
  return Object.keys(introduced).length === 0 ? [] : [note({ introduced }, desk.now())];
}

/**
 * Writes the bridge's own fields. What agents have edited is never written over: the name is given once, and later only
 * fields of the bridge's own.
 */
export async function sendAttrs(desk: Desk, context: VisitorContext, isFirst: boolean): Promise<boolean> {
  const attrs = (isFirst ? firstProfileOf : profileOf)(desk.settings, context.conversation);
  const asked = await askFor(desk, context, (record) =>
    desk.api.attrs(record, { attrs, overwrite: !isFirst }, context.signal),
  );
  return asked.kind === 'asked' && asked.answer.kind === 'ok';
}

async function register(desk: Desk, context: VisitorContext): Promise<boolean> {
  const { settings, api } = desk;
  const { conversation, signal } = context;
  const token = `kb1-${ownIdOf(settings, conversation)}`;
  const calls = [
    ...(settings.registerDeviceToken
      ? [() => askFor(desk, context, (record) => api.deviceToken(record, token, signal))]
      : []),
    ...(settings.statistics
      ? [
          () =>
            askFor(desk, context, (record) =>
              api.statistics(
                record,
                factsOf(settings.appName ?? conversation.appid, settings.sdkVersion),
                signal,
              ),
            ),
        ]
      : []),
  ];
  for (const call of calls) {
    const asked = await call();
    if (asked.kind === 'failed' || asked.answer.kind !== 'ok') return false;
  }
  return true;
}

/** What an app tells of itself; agents see `app_name` as 应用. */
function factsOf(appName: string, sdkVersion: string): Readonly<Record<string, string>> {
  return {
    device_brand: 'WeChat',
    device_model: 'WeChat',
    os_family: 'Android',
    os_version: '',
    resolution: '',
    net_type: '',
    app_version: '',
    sdk_version: sdkVersion,
    os_language: 'zh',
    os_timezone: 'Asia/Shanghai',
    app_name: appName,
  };
}
