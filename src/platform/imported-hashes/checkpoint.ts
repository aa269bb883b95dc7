// How long work gives way to others. Slices are counted in steps, never measured: during computation the clock of a deployed
// worker stands still, so whatever asks it for the time that has passed would never stop.

/** Awaited between slices of at most about 40 ms: lets the event loop run, and throws when the turn to hash was lost. */
export type Checkpoint = () => Promise<void>
