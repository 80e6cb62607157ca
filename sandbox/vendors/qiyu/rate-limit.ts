import type { QiyuSettings } from './settings.ts';

export interface RateLimit {
  /** Counts the call, or says `false`: it is one too many. A refused call does not count. */
  take(path: string): boolean;
}

/** Two sliding windows: of each interface, and of the tenant over all interfaces. */
export function openRateLimit(settings: () => QiyuSettings, now: () => number): RateLimit {
  const taken = new Map<string, readonly number[]>();
  return {
    take(path) {
      const { perInterfaceRate, perTenantRate, rateWindowMs } = settings();
      const recent = (key: string) => (taken.get(key) ?? []).filter((at) => at > now() - rateWindowMs);
      const [ofPath, ofTenant] = [recent(path), recent('')];
      if (ofPath.length >= perInterfaceRate || ofTenant.length >= perTenantRate) return false;
      taken.set(path, [...ofPath, now()]);
      taken.set('', [...ofTenant, now()]);
      return true;
    },
  };
}
