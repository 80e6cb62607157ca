/** Where short-lived values are kept. */
export type CachePlace =
  /** In the process: only where no other shares its store. */
  | { readonly kind: 'memory' }
  /** In a table of the store. */
  | { readonly kind: 'store' }
  /** In Redis or Valkey, at `redis://…` or `rediss://…` (TLS). The URL may have a password in it. */
  | { readonly kind: 'redis'; readonly url: string };
