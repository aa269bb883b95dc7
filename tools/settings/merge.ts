// wrangler.toml, which comes with the code, and deployment.toml, which holds what a deployment chooses, as one configuration. Pure.

export type Raw = Readonly<Record<string, unknown>>

/** What tells one entry of a list from another, in the order of preference. */
const KEYS = ['binding', 'name', 'tag'] as const

/** @param base wrangler.toml as it is written @param settings deployment.toml, likewise: what it says counts */
export function mergeSettings({ env: baseEnvironments, ...base }: Raw, { env: ownEnvironments, ...own }: Raw): Raw {
  const top = merge(base, own)
  const [those, these] = [asTable(baseEnvironments), asTable(ownEnvironments)]
  const names = [...new Set([...Object.keys(those), ...Object.keys(these)])]
  if (names.length === 0) return top
  const environments = names.map((name) => [
    name,
    describeEnvironment(name, top, merge(asTable(those[name]), asTable(these[name]))),
  ])
  return { ...top, env: Object.fromEntries(environments) }
}

/**
 * wrangler's environments inherit no binding, and do inherit routes. Here they get every binding that the service has, each to something of
 * their own, and no route that is not theirs.
 */
function describeEnvironment(name: string, top: Raw, own: Raw): Raw {
  const databases = asList(top.d1_databases).map(({ database_id: _, preview_database_id: __, database_name: of, ...rest }) => ({
    ...rest,
    ...(typeof of === 'string' && { database_name: `${of}-${name}` }),
  }))
  const namespaces = asList(top.kv_namespaces).map(({ id: _, preview_id: __, ...rest }) => rest)
  const needed: Raw = {
    ...(databases.length > 0 && { d1_databases: databases }),
    ...(namespaces.length > 0 && { kv_namespaces: namespaces }),
    ...('send_email' in top && { send_email: top.send_email }),
    ...('durable_objects' in top && { durable_objects: top.durable_objects }),
    ...(('route' in top || 'routes' in top) && !('route' in own) && { routes: [] }),
  }
  return merge(needed, own)
}

function merge(base: Raw, own: Raw): Raw {
  const merged: Record<string, unknown> = { ...base }
  for (const [name, value] of Object.entries(own)) {
    const before = merged[name]
    if (isTable(value)) merged[name] = merge(isTable(before) ? before : {}, value)
    else if (isListOfTables(value)) merged[name] = mergeLists(isListOfTables(before) ? before : [], value)
    else merged[name] = value
  }
  return merged
}

/** Entries of one binding are one. Those without a key, such as routes, stand in place of what was there. */
function mergeLists(base: readonly Raw[], own: readonly Raw[]): readonly Raw[] {
  const key = KEYS.find((each) => own.every((entry) => typeof entry[each] === 'string'))
  if (key === undefined) return own
  const merged = new Map<unknown, Raw>()
  for (const entry of [...base, ...own]) merged.set(entry[key], merge(merged.get(entry[key]) ?? {}, entry))
  return [...merged.values()]
}

function isTable(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isListOfTables(value: unknown): value is readonly Raw[] {
  return Array.isArray(value) && value.length > 0 && value.every(isTable)
}

function asTable(value: unknown): Raw {
  return isTable(value) ? value : {}
}

function asList(value: unknown): readonly Raw[] {
  return isListOfTables(value) ? value : []
}
