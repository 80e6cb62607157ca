/** Memory that bodies share while they come. */
export interface BodyRoom {
  /** A body begins to come. `giveWay` is called, once at most, where it has to end for the others. */
  enter(giveWay: () => void): BodyPlace;
}

export interface BodyPlace {
  /** A piece of so many bytes is kept. */
  take(bytes: number): void;
  /** The body is there, or is no more. */
  leave(): void;
}

/** Measured, and rounded down: what Node and V8 keep for a piece beside its bytes. A client can make a piece of each byte. */
const bytesAroundPiece = 512;

/**
 * A room of so many bytes. Where it is used up, the body that takes most of it gives way: those that are worth anything are
 * small, so whoever fills the room drives out himself.
 */
export function createBodyRoom(maxBytes: number): BodyRoom {
  const bodies = new Set<{ bytes: number; readonly giveWay: () => void }>();
  let bytes = 0;
  return {
    enter(giveWay) {
      const body = { bytes: 0, giveWay };
      bodies.add(body);
      const leave = (left: typeof body) => {
        if (bodies.delete(left)) bytes -= left.bytes;
      };
      return {
        take(more) {
          if (!bodies.has(body)) return;
          body.bytes += more + bytesAroundPiece;
          bytes += more + bytesAroundPiece;
          if (bytes <= maxBytes) return;
          const largest = [...bodies].reduce((one, other) => (other.bytes > one.bytes ? other : one));
          leave(largest);
          largest.giveWay();
        },
        leave: () => leave(body),
      };
    },
  };
}
