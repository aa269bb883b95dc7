// How surely a sign-in tells who somebody is. Guards ask for a level, so that a method nobody has ranked yet opens nothing.
import type { Method } from '../../objects/session-ledger/session-rules.ts'

/** As `acr` in access tokens. `aal0` is less than NIST SP 800-63B knows: a PIN is guessed too easily. */
export type Level = 'urn:postern:aal0' | 'urn:postern:aal1'

const LEVELS: Readonly<Record<Method, Level>> = { pin: 'urn:postern:aal0', pwd: 'urn:postern:aal1' }

/** Lowest first. */
const ORDER: readonly Level[] = ['urn:postern:aal0', 'urn:postern:aal1']

/** The highest of its methods; a method that is unknown counts as the lowest. */
export function levelOf(amr: readonly string[]): Level {
  const ranks = amr.map((method) => ORDER.indexOf((LEVELS as Readonly<Record<string, Level>>)[method] ?? 'urn:postern:aal0'))
  return ORDER[Math.max(0, ...ranks)] ?? 'urn:postern:aal0'
}

export function reaches(amr: readonly string[], level: Level): boolean {
  return ORDER.indexOf(levelOf(amr)) >= ORDER.indexOf(level)
}
