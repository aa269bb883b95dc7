// What time it is, as an argument: everything below compose.ts is handed a clock or a moment and never reads one itself.

/** The moment in whole seconds since 1970 (RFC 7519 NumericDate, without fractions). */
export type Clock = () => number

export const systemClock: Clock = () => Math.floor(Date.now() / 1000)
