/** Pictures that agents see by links, as their browsers load them. */
export interface LinkedPictures {
  /** The picture behind a link; `undefined` until it is loaded. */
  find(url: string): Buffer | undefined;
  /** Grows with every picture that was loaded. */
  readonly revision: number;
  close(): void;
}

const mostPictures = 200;
const againAfterMs = 3000;

/** A link that cannot be loaded now is tried again when somebody looks, but not at once. */
export function openLinkedPictures(): LinkedPictures {
  const loaded = new Map<string, Buffer>();
  const triedAt = new Map<string, number>();
  const closing = new AbortController();
  let revision = 0;

  async function load(url: string): Promise<void> {
    const answer = await fetch(url, { signal: closing.signal });
    if (!answer.ok) return;
    loaded.set(url, Buffer.from(await answer.arrayBuffer()));
    for (const oldest of [...loaded.keys()].slice(0, -mostPictures)) loaded.delete(oldest);
    revision += 1;
  }
  return {
    find(url) {
      const picture = loaded.get(url);
      const isDue = performance.now() - (triedAt.get(url) ?? Number.NEGATIVE_INFINITY) >= againAfterMs;
      if (picture === undefined && isDue && !closing.signal.aborted) {
        triedAt.set(url, performance.now());
        load(url).catch(() => undefined);
      }
      return picture;
    },
    get revision() {
      return revision;
    },
    close: () => closing.abort(),
  };
}
