// How long the mailed links about accounts count.

/** Whoever reads the mailbox meanwhile could use it, so it does not wait for long. */
export const RESET_TTL_SECONDS = 3600
