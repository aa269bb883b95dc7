// How long the mailed links about accounts count.

/** Whoever reads the mailbox meanwhile could use it, so it does not wait for long. */
export const RESET_TTL_SECONDS = 3600
/** Long enough for somebody who looks into the old mailbox once a week. */
export const UNDO_TTL_SECONDS = 7 * 86_400
