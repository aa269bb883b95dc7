// The layers of src/ and which way imports may point, as a table and one pure check over it. docs: "Layout and direction".

export interface SourceFile {
  /** From the project's root, with forward slashes: `src/auth/sign-in.ts`. */
  readonly path: string
  readonly source: string
}

interface Layer {
  readonly name: string
  readonly covers: (path: string) => boolean
  /** Layers it may import anything from, besides itself. */
  readonly imports: readonly string[]
  /** Layers it may import types from: they leave no trace in what runs. */
  readonly types?: readonly string[]
  /** Single files of other layers. */
  readonly files?: readonly string[]
}

const JOSE_FILE = 'src/platform/jwt.ts'
const ORIGIN_FILE = 'src/platform/origin.ts'
/** What of the client is for Hono: its verifiers are not. */
const CLIENT_MIDDLEWARE = 'src/client/require-auth.ts'

const file = (path: string) => (candidate: string) => candidate === path
const folder = (path: string) => (candidate: string) => candidate.startsWith(`${path}/`)

/** index → app, rpc → compose → auth → stores, objects → platform; faces → auth, faces/shared. */
export const LAYERS: readonly Layer[] = [
  {
    name: 'index',
    covers: file('src/index.ts'),
    imports: ['app', 'rpc', 'compose', 'config', 'objects', 'platform'],
    types: ['auth'],
  },
  { name: 'app', covers: file('src/app.ts'), imports: ['compose', 'faces', 'auth', 'platform'], types: ['config'] },
  {
    name: 'rpc',
    covers: (path) => file('src/rpc.ts')(path) || folder('src/rpc')(path),
    imports: ['compose', 'auth', 'platform'],
    types: ['stores'],
  },
  { name: 'compose', covers: file('src/compose.ts'), imports: ['config', 'auth', 'stores', 'objects', 'platform'] },
  { name: 'config', covers: file('src/config.ts'), imports: ['platform'], types: ['auth'] },
  // What a use case answers is a row or a session, whose types live where they are kept.
  { name: 'faces', covers: folder('src/faces'), imports: ['auth', 'platform'], types: ['stores', 'objects'] },
  { name: 'auth', covers: folder('src/auth'), imports: ['stores', 'objects', 'platform'] },
  { name: 'stores', covers: folder('src/stores'), imports: ['platform'] },
  { name: 'objects', covers: folder('src/objects'), imports: ['platform'] },
  { name: 'platform', covers: folder('src/platform'), imports: [] },
  { name: 'client', covers: folder('src/client'), imports: [], files: [JOSE_FILE, ORIGIN_FILE] },
]

/** Packages that belong to a part of the code. */
const PACKAGES: readonly { readonly name: string; readonly may: (path: string) => boolean; readonly where: string }[] = [
  {
    name: 'hono',
    may: (path) => folder('src/faces')(path) || path === 'src/app.ts' || path === CLIENT_MIDDLEWARE,
    where: `src/faces, src/app.ts and ${CLIENT_MIDDLEWARE}`,
  },
  { name: 'drizzle-orm', may: folder('src/stores'), where: 'src/stores' },
  { name: 'jose', may: file(JOSE_FILE), where: JOSE_FILE },
]

const ENV_READERS = ['src/config.ts', 'src/compose.ts']

/** `Auth` and `Admin`, each on one screen: the only files that put the use cases together. */
const AUTH_FACADES = ['src/auth/auth.ts', 'src/auth/admin/admin.ts']

/** What use cases share. Everything else in src/auth is a use case of its own, and no use case imports another. */
const AUTH_SHARED: readonly RegExp[] = [
  /^(errors|model|settings|principal|deps|session-token|session-tokens|access-tokens|stable-tokens|stable-keys|shared-tokens|refresh-tokens|one-time-token|registration-proofs)\.ts$/,
  /^(grant|user-view|mails|queued-mail|permissions|hash-room|signing-keys|judge-attempt|check-password|check-pin|start-session|revoke-live-session)\.ts$/,
  // Steps of many use cases rather than one of them: who is asking, what to remember, and seeing off mail, sessions and what is left of accounts.
  /^(audit|authenticate|account-mail|deliver-mail|check-current-password|new-password|announce-sign-in|end-own-session|end-sessions-before|erase-account)\.ts$/,
  /^(standing|recovery-warnings|end-pin-sessions|ask-for-mail|mail-request-client|send-proof|send-reset|send-verification|find-public-user)\.ts$/,
  /^mail-words\//,
  // Gates on the way of several of them.
  /^(require-challenge|require-unbreached-password)\.ts$/,
  /^admin\/(operator|require-account|imported-user|user-states)\.ts$/,
  /-(rules|types)\.ts$/,
  /^policy-/,
]

interface Import {
  readonly specifier: string
  readonly isType: boolean
  readonly names: string
}

/** @returns one sentence per arrow that points up, sideways or in a circle */
export function checkLayers(files: readonly SourceFile[]): readonly string[] {
  const parsed = files.map(({ path, source }) => ({ path, code: blankOut(source), imports: parseImports(source) }))
  const problems = parsed.flatMap(({ path, code, imports }) => [
    ...(layerOf(path) ? [] : [`${path}: belongs to no layer. Add its folder to scripts/layers.ts, or move it`]),
    ...imports.flatMap((each) => checkImport(path, each)),
    ...checkEnv(path, code, imports),
  ])
  const graph = new Map(
    parsed.map(({ path, imports }) => [
      path,
      imports.filter((each) => !each.isType).flatMap((each) => resolveImport(path, each.specifier) ?? []),
    ]),
  )
  return [...problems, ...findCycles(graph).map((cycle) => `${cycle[0]}: imports itself in a circle: ${cycle.join(' → ')}`)]
}

function checkImport(path: string, each: Import): readonly string[] {
  const target = resolveImport(path, each.specifier)
  if (target === null) {
    const owned = PACKAGES.find(({ name }) => each.specifier === name || each.specifier.startsWith(`${name}/`))
    return owned && !owned.may(path) ? [`${path}: imports ${each.specifier}, which only ${owned.where} may`] : []
  }
  // Tests, their fault kit above all, and scripts are no part of what is deployed.
  if (!target.startsWith('src/')) return [`${path}: imports ${target}, which is no part of the service`]
  const [from, to] = [layerOf(path), layerOf(target)]
  if (!from || !to) return []
  if (from !== to) {
    const isAllowed =
      from.imports.includes(to.name) || (each.isType && from.types?.includes(to.name)) || from.files?.includes(target)
    return isAllowed ? [] : [`${path}: ${from.name} must not import ${each.isType ? 'types of ' : ''}${to.name} (${target})`]
  }
  if (from.name === 'faces') return checkFaces(path, target)
  if (from.name === 'auth') return checkUseCases(path, target, each.isType)
  return []
}

function checkFaces(path: string, target: string): readonly string[] {
  const [from, to] = [path, target].map((each) => each.split('/')[2])
  return from === to || to === 'shared' ? [] : [`${path}: no face imports a face (${target})`]
}

function checkUseCases(path: string, target: string, isType: boolean): readonly string[] {
  const isShared = AUTH_SHARED.some((pattern) => pattern.test(target.slice('src/auth/'.length)))
  return isShared || isType || AUTH_FACADES.includes(path) ? [] : [`${path}: no use case imports a use case (${target})`]
}

function checkEnv(path: string, code: string, imports: readonly Import[]): readonly string[] {
  if (ENV_READERS.includes(path)) return []
  const isImported = imports.some((each) => each.specifier === 'cloudflare:workers' && /\benv\b/.test(each.names))
  const isRead = /\benv\s*(?:\?\.|\.|\[)|\}\s*(?::[^=]*)?=\s*(?:\w+\.)*env\b/.test(code)
  return isImported || isRead ? [`${path}: reads env, which only ${ENV_READERS.join(' and ')} may`] : []
}

function layerOf(path: string): Layer | undefined {
  return LAYERS.find((layer) => layer.covers(path))
}

/** @returns the file a relative import names, `null` for a package */
function resolveImport(from: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null
  const parts = from.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/** Static, dynamic and type imports, and re-exports. */
export function parseImports(source: string): readonly Import[] {
  const code = blankOut(source, true)
  const statement = /(?:^|[;\n}])\s*(?:import|export)\s+(type\s+)?((?:[\w$*\s,]|\{[^}]*\})*?)\s*from\s*(['"])([^'"\n]+)\3/g
  const statics = [...code.matchAll(statement)].map(([, type, names = '', , specifier = '']) => {
    return { specifier, names, isType: type !== undefined || isTypeList(names) }
  })
  const bare = /(?:^|[;\n])\s*import\s*(['"])([^'"\n]+)\1|\bimport\s*\(\s*(['"])([^'"\n]+)\3/g
  const others = [...code.matchAll(bare)].map((match) => ({ specifier: match[2] ?? match[4] ?? '', names: '', isType: false }))
  return [...statics, ...others]
}

function isTypeList(names: string): boolean {
  const list = /^\{([^}]*)\}$/.exec(names.trim())?.[1]
  const items = list
    ?.split(',')
    .map((item) => item.trim())
    .filter(Boolean)
  return items !== undefined && items.length > 0 && items.every((item) => item.startsWith('type '))
}

/** Spaces instead of comments and, unless they are wanted, of strings and templates: words in them are no code. */
function blankOut(source: string, keepsStrings = false): string {
  const token = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`/g
  return source.replace(token, (text) => {
    const isQuoted = text[0] === "'" || text[0] === '"'
    return keepsStrings && isQuoted ? text : text.replace(/[^\n]/g, ' ')
  })
}

function findCycles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const done = new Set<string>()
  const cycles: string[][] = []
  const visit = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path)
    if (start >= 0) {
      cycles.push([...trail.slice(start), path])
      return
    }
    if (done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return cycles
}
