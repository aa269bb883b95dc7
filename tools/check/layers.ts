// The rooms of src/ and which way imports may point: an order of folders, and pure checks over it. Which package belongs where, and that
// nothing imports itself in a circle, is the linter's to say (biome.json). docs: "Layout and direction".

export interface SourceFile {
  /** From the project's root, with forward slashes: `src/core/sign-in/sign-in.ts`. */
  readonly path: string
  readonly source: string
}

interface Part {
  readonly imports: readonly string[]
  /** Parts it may import types from: they leave no trace in what runs. */
  readonly types?: readonly string[]
}

/** What lies directly in src/, from the bottom up. */
export const PARTS: Readonly<Record<string, Part>> = {
  platform: { imports: [] },
  stores: { imports: ['platform'] },
  objects: { imports: ['platform'] },
  core: { imports: ['stores', 'objects', 'platform'] },
  config: { imports: ['platform'], types: ['core'] },
  'bindings.ts': { imports: [], types: ['objects'] },
  'service.ts': { imports: [], types: ['bindings.ts', 'core', 'config', 'platform'] },
  // What a use case answers is a row or a session, whose types live where they are kept.
  http: { imports: ['core', 'config', 'platform'], types: ['service.ts', 'stores', 'objects'] },
  rpc: { imports: ['core', 'platform'], types: ['service.ts', 'stores'] },
  'compose.ts': { imports: ['config', 'core', 'stores', 'objects', 'platform'], types: ['service.ts'] },
  'index.ts': { imports: ['http', 'rpc', 'compose.ts', 'objects'], types: ['service.ts'] },
  client: { imports: ['platform'] },
}

/** The rooms of the core, from the bottom up: a room imports from those before it. Files of core/ itself may import all of them. */
export const ROOMS = [
  ...['kernel', 'audit', 'links', 'mail', 'tokens', 'access'],
  ...['sessions', 'credentials', 'mailed-links', 'sign-in', 'accounts', 'recovery', 'admin', 'operations'],
] as const

/** What several use cases are made of lies below this room; from here on a room holds use cases, and steps of its own. */
const FIRST_OF_USE_CASES = ROOMS.indexOf('sessions')

/** Who asks for use cases by name. None imports another: what they share is a step. */
const FACADE = /^src\/core\/(core|admin\/admin)\.ts$/

/** What every dialect of HTTP may use of the others' neighbours. */
const SHARED_HTTP = ['failures', 'shared', 'openapi']

/** The environment is read where it is parsed, and where it is handed on. */
const READS_ENV = /^src\/(config\/|compose\.ts$)/

const MOST_FILES = 16

interface Import {
  readonly specifier: string
  readonly isType: boolean
  readonly names: string
}

/** @returns one sentence per arrow that points up or sideways, and per room that is too full */
export function checkLayers(files: readonly SourceFile[]): readonly string[] {
  const parsed = files.map(({ path, source }) => ({ path, code: blankOut(source), imports: parseImports(source) }))
  const useCases = new Set(
    parsed
      .filter(({ path }) => FACADE.test(path))
      .flatMap(({ path, imports }) =>
        imports.filter(({ isType }) => !isType).flatMap((each) => resolveImport(path, each.specifier) ?? []),
      ),
  )
  const problems = parsed.flatMap(({ path, code, imports }) => [
    ...(partOf(path) ? [] : [`${path}: lies in no part of src/ (tools/check/layers.ts)`]),
    ...imports.flatMap((each) => checkImport(path, each, useCases)),
    ...checkEnv(path, code, imports),
  ])
  return [...problems, ...findFullFolders(files)]
}

function checkImport(path: string, { specifier, isType }: Import, useCases: ReadonlySet<string>): readonly string[] {
  const target = resolveImport(path, specifier)
  if (target === null) return []
  // Tests, their fault kit above all, and tools are no part of what is deployed.
  if (!target.startsWith('src/')) return [`${path}: imports ${target}, which is no part of the service`]
  const [from, to] = [nameOf(path), nameOf(target)]
  if (from !== to) {
    const part = PARTS[from]
    const isAllowed = part?.imports.includes(to) || (isType && part?.types?.includes(to))
    return isAllowed || !part ? [] : [`${path}: ${from} must not import ${isType ? 'types of ' : ''}${to} (${target})`]
  }
  if (from === 'http') return checkHttp(path, target)
  if (from === 'core') return checkCore(path, target, isType, useCases)
  return []
}

function checkHttp(path: string, target: string): readonly string[] {
  const [from, to] = [path, target].map((each) => each.split('/')[2] ?? '')
  const isAllowed = from === to || SHARED_HTTP.includes(to ?? '') || from?.endsWith('.ts')
  return isAllowed ? [] : [`${path}: no dialect imports a dialect (${target})`]
}

function checkCore(path: string, target: string, isType: boolean, useCases: ReadonlySet<string>): readonly string[] {
  const [from, to] = [path, target].map((each) => each.split('/')[2] ?? '')
  if (from === undefined || to === undefined || from.endsWith('.ts')) return []
  const rank = (room: string) => (ROOMS as readonly string[]).indexOf(room)
  if (rank(from) < 0 || rank(to) < 0) return [`${path}: ${rank(from) < 0 ? from : to} is no room of the core`]
  if (rank(to) > rank(from)) return [`${path}: ${from} comes before ${to} (${target})`]
  const isUseCase = useCases.has(target) && rank(to) >= FIRST_OF_USE_CASES
  return isUseCase && !isType && !FACADE.test(path) ? [`${path}: no use case imports a use case (${target})`] : []
}

function checkEnv(path: string, code: string, imports: readonly Import[]): readonly string[] {
  if (READS_ENV.test(path)) return []
  const isImported = imports.some((each) => each.specifier === 'cloudflare:workers' && /\benv\b/.test(each.names))
  const isRead = /\benv\s*(?:\?\.|\.|\[)|\}\s*(?::[^=]*)?=\s*(?:\w+\.)*env\b/.test(code)
  return isImported || isRead ? [`${path}: reads env, which only src/config and src/compose.ts may`] : []
}

function findFullFolders(files: readonly SourceFile[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const { path } of files) {
    const folder = path.slice(0, path.lastIndexOf('/'))
    counts.set(folder, (counts.get(folder) ?? 0) + 1)
  }
  return [...counts]
    .filter(([, count]) => count > MOST_FILES)
    .map(([folder, count]) => `${folder}: has ${count} files, of at most ${MOST_FILES}`)
}

/** The part that a path lies in: a folder of src/, or a file that is a part by itself. */
function nameOf(path: string): string {
  return path.split('/')[1] ?? ''
}

function partOf(path: string): Part | undefined {
  return PARTS[nameOf(path)]
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
