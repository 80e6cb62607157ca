import type { AdapterDefinition } from '../src/ports/helpdesk.ts';
import { easemob } from './easemob/index.ts';
import { meiqia } from './meiqia/index.ts';
import { qiyu } from './qiyu/index.ts';
import { webhook } from './webhook/index.ts';
import { wechatOfficial } from './wechat-official/index.ts';
import { wecomKf } from './wecom-kf/index.ts';
import { zhichi } from './zhichi/index.ts';

/** Every helpdesk the bridge can speak to: one line an adapter. */
export const definitions: readonly AdapterDefinition[] = [
  qiyu,
  zhichi,
  easemob,
  meiqia,
  wecomKf,
  wechatOfficial,
  webhook,
];
