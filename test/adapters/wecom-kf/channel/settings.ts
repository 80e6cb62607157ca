import { KF, settings } from '../desk.ts';

const { corpid, secret, callback } = settings;

/** What the configuration says of the kf account of the worked examples. */
export const channelSettings = { corpid, secret, callback, openKfid: KF, joinWaitMs: [0] } as const;
