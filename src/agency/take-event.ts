import { StepMissed } from '../ports/errors.ts';
import type { RawRequest } from '../ports/request.ts';
import type { Step } from '../ports/store.ts';
import { copyRaw } from '../relay/raw-copy.ts';
import { keepTicket, noteAuthorised, noteWithdrawn } from '../store/components.ts';
import { see } from '../store/seen.ts';
import type { ComponentEventReading } from '../wechat/component-event.ts';
import type { AuthorizerScene } from './authorizer-tokens.ts';
import { lineOf } from './exchange-code.ts';

export type ProvedEvent = Exclude<ComponentEventReading, { kind: 'refused' }>;

/**
 * Writes down what a proved event says, once: a repeat changes nothing, and of two events about an account the later one
 * counts, in whatever order they come.
 */
export async function takeEvent(
  scene: AuthorizerScene,
  reading: ProvedEvent,
  request: RawRequest,
): Promise<void> {
  const now = scene.clock.now();
  const source = `component/${scene.name}`;
  const mark = see({ tenant: '', source, key: reading.key, until: now + seenForMs(scene), answer: null }, 1);
  try {
    const [, rows] = await scene.store.batch([mark, stepOf(scene, { reading, request, source, now })]);
    tell(scene, reading, rows.length > 0);
  } catch (error) {
    if (!(error instanceof StepMissed)) throw error;
    return scene.log.info('component.repeated', { event: reading.kind });
  }
  if (reading.kind === 'authorised' || reading.kind === 'ticket') scene.wake();
}

const DAY_MS = 86_400_000;

/** As long as a copy of the request would still be proved. */
function seenForMs({ settings }: AuthorizerScene): number {
  return Math.max(DAY_MS, settings.pushMaxSkewSec * 2000);
}

function stepOf(
  { settings }: AuthorizerScene,
  {
    reading,
    request,
    source,
    now,
  }: {
    readonly reading: ProvedEvent;
    readonly request: RawRequest;
    readonly source: string;
    readonly now: number;
  },
): Step {
  const { appid } = settings;
  switch (reading.kind) {
    case 'ticket': {
      const { ticket, at } = reading;
      return keepTicket({ appid, ticket, ticketAt: at, now, askDue: now + settings.ticketTtlSec * 1000 });
    }
    case 'authorised': {
      const { authorizer, at, code, codeEndsAt } = reading;
      return noteAuthorised({ component: appid, appid: authorizer, at, code, codeEndsAt, due: now });
    }
    case 'unauthorised':
      return noteWithdrawn({ component: appid, appid: reading.authorizer, at: reading.at });
    case 'other':
      return copyRaw(request, { tenant: '', source, now, problem: null }).step;
    case 'unreadable':
      return copyRaw(request, { tenant: '', source, now, problem: reading.reason }).step;
    default:
      return reading satisfies never;
  }
}

/** `isNews`: the step changed what is known of the account. */
function tell(scene: AuthorizerScene, reading: ProvedEvent, isNews: boolean): void {
  const { log } = scene;
  switch (reading.kind) {
    case 'ticket':
      log.debug('component.ticketReceived');
      break;
    case 'authorised': {
      const line = lineOf(scene, reading.authorizer);
      log.info('component.authorisationReceived', line);
      if (line.tenant === undefined) log.warn('component.stranger', line);
      break;
    }
    case 'unauthorised':
      if (isNews) log.error('alarm.raised', { ...lineOf(scene, reading.authorizer), alarm: withdrawn });
      else log.info('component.eventTooOld', lineOf(scene, reading.authorizer));
      break;
    case 'other':
      log.info('component.eventIgnored', { event: reading.name });
      break;
    case 'unreadable':
      log.warn('component.unreadable', { reason: reading.reason });
      break;
    default:
      reading satisfies never;
  }
}

const withdrawn =
  'the account has withdrawn its authorisation: nothing is sent until it authorises the component again';
