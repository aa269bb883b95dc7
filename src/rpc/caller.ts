// Which worker is calling and what it may do, as the `props` of its binding say. They are written by whoever deploys the
// calling worker, not by its code; whatever in them is not understood grants nothing.

/** What a binding may be given: check tokens, sign people in, look up users, end sessions, say for which client it asks; of `AdminService` to look, and to do everything. */
export const RIGHTS = ['verify', 'login', 'users', 'sessions', 'clients', 'admin-look', 'admin'] as const

export type Right = (typeof RIGHTS)[number]

export interface Caller {
  /** Limits are counted for it; in the log it says who it was. */
  readonly name: string
  readonly rights: ReadonlySet<Right>
}

/** As wrangler.toml of the calling worker says it: `props = { caller = "notes-api", rights = ["verify"] }`. */
export interface BindingProps {
  readonly caller?: string
  /** Without it: `["verify"]`. */
  readonly rights?: readonly Right[]
}

/** All bindings without a name share one budget. */
const UNNAMED = 'unnamed'
const NAME = /^[\w.@/-]{1,64}$/
const LEAST_RIGHTS: readonly Right[] = ['verify']

export function parseCaller(props: unknown): Caller {
  const { caller, rights } = isObject(props) ? props : {}
  const name = typeof caller === 'string' && NAME.test(caller) ? caller : UNNAMED
  return { name, rights: new Set(rights === undefined ? LEAST_RIGHTS : parseRights(rights)) }
}

function parseRights(rights: unknown): readonly Right[] {
  const given = Array.isArray(rights) ? RIGHTS.filter((right) => rights.includes(right)) : []
  // Whoever may change anything may look at it.
  return given.includes('admin') ? [...given, 'admin-look'] : given
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
