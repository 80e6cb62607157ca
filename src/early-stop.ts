const quit = () => process.exit(0);

/**
 * Ends the process by SIGTERM and SIGINT while the program is still being loaded and has nothing in hand. The first process
 * of a container would hear neither: for that one the kernel has no default.
 */
export function heedEarlyStop(): void {
  process.once('SIGTERM', quit).once('SIGINT', quit);
}

/** To be called once somebody else heeds them. */
export function endEarlyStop(): void {
  process.off('SIGTERM', quit).off('SIGINT', quit);
}
