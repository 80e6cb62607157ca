import type { RawRequest } from '../ports/request.ts';
import type { AuthorizerTable, ComponentTable } from '../store/account-tables.ts';
import { addComponent, authorizersOf, claimCode, readComponent, waitingCodes } from '../store/components.ts';
import type { ApiAnswer } from '../wechat/api-answer.ts';
import { type ComponentEventReading, createComponentEventReader } from '../wechat/component-event.ts';
import type { ComponentSettings } from '../wechat/component-settings.ts';
import { keysOfComponent, type PushKeys } from '../wechat/push-keys.ts';
import type { TokenSource } from '../wechat/token.ts';
import { type AskTicket, createTicketAsker } from './ask-ticket.ts';
import { type AuthorizerScene, createAuthorizerTokens } from './authorizer-tokens.ts';
import { createComponentTokens } from './component-tokens.ts';
import { type ComponentState, describeComponent } from './describe-component.ts';
import { Errands, errandLeaseMs } from './errands.ts';
import { exchangeCode } from './exchange-code.ts';
import { type AuthoriseLinks, makeAuthoriseLinks } from './links.ts';
import { createPublishingCheck, type PublishingCheck } from './publishing-check.ts';
import type { ComponentScene } from './scene.ts';
import { type ProvedEvent, takeEvent } from './take-event.ts';

/** One third-party platform at work: what WeChat tells it, what it keeps, and the tokens of the accounts it holds. */
export interface Component {
  readonly name: string;
  readonly settings: ComponentSettings;
  readonly pushKeys: PushKeys;
  /** Makes the component known to the store, and does what is due. */
  begin(): Promise<void>;
  /** Proves and reads an authorisation event. Pure. */
  readEvent(request: RawRequest, now: number): ComponentEventReading;
  /** Writes an event down, once; resolves when that is durable. Rejects with `storeUnavailable`. */
  takeEvent(reading: ProvedEvent, request: RawRequest): Promise<void>;
  /** Access tokens of an account, renewed `marginSec` before their end. */
  tokensOf(account: { readonly appid: string; readonly marginSec: number }): TokenSource;
  /** Where a merchant authorises; WeChat leads him back to `returnUrl`. */
  makeLinks(returnUrl: string): Promise<ApiAnswer<AuthoriseLinks>>;
  readonly publishingCheck: PublishingCheck;
  describe(): Promise<ComponentState>;
  /** What is being done is finished; the rest is due at the next start. */
  stop(): Promise<void>;
}

export function createComponent(given: Omit<ComponentScene, 'wake'>): Component {
  const { settings, store, clock } = given;
  const lent: ComponentScene = { ...given, wake: () => errands.wake() };
  const scene: AuthorizerScene = { ...lent, tokens: createComponentTokens(lent) };
  const askTicket = createTicketAsker(scene);
  // A code is worth something once, and tickets are asked for by one.
  const run = (now: number) =>
    scene.alone(`errands:${settings.appid}`, () => runErrands(scene, { askTicket, now }));
  const errands = new Errands({ clock, log: scene.log, run, ...lookEvery(given) });
  return {
    name: given.name,
    settings,
    pushKeys: keysOfComponent(settings),
    async begin() {
      await store.batch([addComponent({ appid: settings.appid, askDue: clock.now() })]);
      errands.wake();
    },
    readEvent: createComponentEventReader(settings),
    takeEvent: (reading, request) => takeEvent(scene, reading, request),
    tokensOf: (account) => createAuthorizerTokens(scene, account),
    makeLinks: (returnUrl) => makeAuthoriseLinks(scene, returnUrl),
    publishingCheck: createPublishingCheck(scene),
    describe: async () => describeComponent(scene, await readAll(scene)),
    stop: () => errands.stop(),
  };
}

function lookEvery({ lookEveryMs }: Pick<ComponentScene, 'lookEveryMs'>): { readonly lookEveryMs?: number } {
  return lookEveryMs === undefined ? {} : { lookEveryMs };
}

interface Rows {
  readonly component: ComponentTable | undefined;
  readonly authorizers: readonly AuthorizerTable[];
}

async function readAll({ settings, store }: ComponentScene): Promise<Rows> {
  const { appid } = settings;
  const [[component], authorizers] = await store.batch([
    readComponent({ appid }),
    authorizersOf({ component: appid }),
  ]);
  return { component, authorizers };
}

/** So many codes are exchanged in one go: what stays is due at once. */
const mostCodes = 20;

/** Asks for tickets and exchanges codes, as far as either is due; gives the time of the next. */
async function runErrands(
  scene: AuthorizerScene,
  { askTicket, now }: { readonly askTicket: AskTicket; readonly now: number },
): Promise<number> {
  const { store, settings } = scene;
  const look = () =>
    store.batch([
      readComponent({ appid: settings.appid }),
      waitingCodes({ component: settings.appid, most: mostCodes }),
    ]);
  const [[component], codes] = await look();
  const isAskDue = component !== undefined && Number(component.ask_due) <= now;
  if (isAskDue) await askTicket(component);
  for (const { appid, code, code_due } of codes) {
    if (Number(code_due) > now) continue;
    const place = { component: settings.appid, appid, code };
    const [[row]] = await store.batch([claimCode({ ...place, now, until: now + errandLeaseMs })]);
    if (row) await exchangeCode(scene, row);
  }
  const [[left], waiting] = await look();
  return Math.min(
    left?.ask_due ?? Number.POSITIVE_INFINITY,
    waiting[0]?.code_due ?? Number.POSITIVE_INFINITY,
    now + lookAgainMs,
  );
}

/** What another instance took, and did not live to do, is found within this. A code lives for ten minutes. */
const lookAgainMs = 60_000;
