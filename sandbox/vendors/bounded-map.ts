/** Things by id that are forgotten, oldest first, when there are more than `maxCount` or they weigh more than `maxBytes`. */
export interface BoundedMap<Value> {
  readonly size: number;
  get(id: string): Value | undefined;
  set(id: string, value: Value): void;
  delete(id: string): void;
  values(): Iterable<Value>;
}

export function openBoundedMap<Value>(limits: {
  readonly maxCount: number;
  readonly maxBytes?: number;
  readonly weigh?: (value: Value) => number;
}): BoundedMap<Value> {
  const { maxCount, maxBytes = Number.POSITIVE_INFINITY, weigh = () => 0 } = limits;
  const entries = new Map<string, Value>();
  let bytes = 0;
  const remove = (id: string) => {
    const value = entries.get(id);
    if (value !== undefined) bytes -= weigh(value);
    entries.delete(id);
  };
  return {
    get size() {
      return entries.size;
    },
    get: (id) => entries.get(id),
    set(id, value) {
      remove(id);
      entries.set(id, value);
      bytes += weigh(value);
      for (const [oldest] of entries) {
        if (entries.size <= maxCount && bytes <= maxBytes) break;
        remove(oldest);
      }
    },
    delete: remove,
    values: () => entries.values(),
  };
}
