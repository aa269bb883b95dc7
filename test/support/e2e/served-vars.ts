// What the servers of this test file were started with: what an answer may be depends on it.
export type Vars = Readonly<Record<string, string>>

const served = new Map<string, Vars>()

export function noteVars(port: number, vars: Vars): void {
  served.set(String(port), vars)
}

/** Of the server that answers at this address. */
export function varsAt(url: string): Vars {
  return served.get(new URL(url).port) ?? {}
}
