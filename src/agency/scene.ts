import type { RunAlone } from '../ports/alone.ts';
import type { Clock } from '../ports/clock.ts';
import type { Tools } from '../ports/helpdesk.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { ComponentApi } from '../wechat/component-api.ts';
import type { ComponentSettings } from '../wechat/component-settings.ts';

/** What the parts of one component work with. */
export interface ComponentScene extends Pick<Tools, 'cached' | 'forget' | 'fetch'> {
  readonly name: string;
  readonly settings: ComponentSettings;
  /** Names of tenants by the AppID of the account that each holds through this component. */
  readonly tenants: ReadonlyMap<string, string>;
  readonly api: ComponentApi;
  readonly store: Store;
  /** Over all instances. */
  readonly alone: RunAlone;
  readonly clock: Clock;
  /** Names the component in every line. */
  readonly log: Log;
  /** Others have the store too, and may leave errands: they are looked for so often. */
  readonly lookEveryMs?: number;
  /** Something may be due in the store. */
  wake(): void;
}
