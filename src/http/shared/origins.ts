// Which pages may call from a browser: those of the listed origins, and in development those of this machine.
const MOST_TOLD = 100

export interface OriginPolicy {
  /** Of this service, as configured. */
  readonly own: string
  readonly listed: readonly string[]
  readonly isDevelopment: boolean
}

/** @param origin as a browser writes it (RFC 6454 §6.1); whatever is written in another way is none */
export function allowsOrigin({ listed, isDevelopment }: OriginPolicy, origin: string): boolean {
  return listed.includes(origin) || (isDevelopment && isOriginHere(origin))
}

function isOriginHere(origin: string): boolean {
  if (!URL.canParse(origin)) return false
  const url = new URL(origin)
  const isHere = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  return isHere && `${url.protocol}//${url.host}` === origin
}

/** @returns whether a refused origin is to be named in the log: once an isolate, and only so many, since anybody can make them up */
export function rememberOrigins(): (origin: string) => boolean {
  const told = new Set<string>()
  return (origin) => {
    if (told.size >= MOST_TOLD || told.has(origin)) return false
    told.add(origin)
    return true
  }
}
