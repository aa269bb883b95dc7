// How long work gives way to others. Slices are counted in steps, never measured: during computation the clock of a deployed
// worker stands still, so whatever asks it for the time that has passed would never stop.

/**
 * Awaited before each slice of at most about 40 ms: lets the event loop run, and waits for the caller's turn.
 * @throws when the caller has lost its turn, since the memory may be another's by now
 */
export type Checkpoint = () => Promise<void>
