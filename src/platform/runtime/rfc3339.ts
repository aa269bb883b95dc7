// Times as clients read them.

/** RFC 3339 in UTC, to the second. */
export function renderTime(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z')
}

export function renderTimeOrNull(epochSeconds: number | null): string | null {
  return epochSeconds === null ? null : renderTime(epochSeconds)
}
