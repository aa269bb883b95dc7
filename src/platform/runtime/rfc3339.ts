// Times as clients and people read them, in UTC.

/** RFC 3339 to the second. @param offset that `Z` is for where a parser need not know it */
export function renderTime(epochSeconds: number, offset: 'Z' | '+00:00' = 'Z'): string {
  return new Date(epochSeconds * 1000).toISOString().replace('.000Z', offset)
}

export function renderTimeOrNull(epochSeconds: number | null): string | null {
  return epochSeconds === null ? null : renderTime(epochSeconds)
}

/** For people, to the minute. */
export function renderMinute(epochSeconds: number): string {
  return `${renderTime(epochSeconds).slice(0, 16).replace('T', ' ')} UTC`
}
