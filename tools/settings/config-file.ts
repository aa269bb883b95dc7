// The configuration in effect. Where there is a deployment.toml it is made of that and wrangler.toml, as wrangler.jsonc, which wrangler
// prefers: so plain `npx wrangler` works with the settings too. Git ignores both, hence an upgrade conflicts with neither.
import { createHash } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { codeOf } from '../error-code.ts'
import { PROJECT_ROOT } from '../project.ts'
import { mergeSettings, type Raw } from './merge.ts'

export const CODE_CONFIG = 'wrangler.toml'
export const SETTINGS = 'deployment.toml'
export const MERGED_CONFIG = 'wrangler.jsonc'

/** How ours begins, in every version. */
const MARK = '// Made of wrangler.toml and deployment.toml'
const HEAD = `${MARK}: change those. Made anew by the next "npm run" command.`
/** What makes it is part of what it is made of: an upgrade may change that. */
const MAKER = join(import.meta.dirname, 'merge.ts')

export interface ConfigFile {
  /** Absolute. */
  readonly path: string
  /** Whether it had to be made or removed: a wrangler that runs already has read another. */
  readonly isChanged: boolean
}

/** @throws Error with one sentence */
export async function prepareConfig(root = PROJECT_ROOT): Promise<ConfigFile> {
  const [code, settings, merged] = await Promise.all([CODE_CONFIG, SETTINGS, MERGED_CONFIG].map((name) => readText(root, name)))
  const path = join(root, MERGED_CONFIG)
  const isOurs = merged?.startsWith(MARK) ?? false
  if (settings == null) {
    if (merged != null && !isOurs) return { path, isChanged: false }
    if (isOurs) await rm(path, { force: true })
    return { path: join(root, CODE_CONFIG), isChanged: isOurs }
  }
  if (merged != null && !isOurs) {
    throw new Error(`Cannot write ${MERGED_CONFIG}: it is somebody's own. Move what it says to ${SETTINGS}, and remove it`)
  }
  const sources = JSON.stringify([await readFile(MAKER, 'utf8'), code, settings])
  const head = `${HEAD}\n// ${createHash('sha256').update(sources).digest('hex')}\n`
  if (merged?.startsWith(head)) return { path, isChanged: false }
  const [base, own] = [await readRaw(join(root, CODE_CONFIG)), await readRaw(join(root, SETTINGS))]
  await writeFile(`${path}.${process.pid}`, `${head}${JSON.stringify(mergeSettings(base, own), null, 2)}\n`)
  await rename(`${path}.${process.pid}`, path)
  return { path, isChanged: true }
}

/** What prepareConfig() has made; `null` where the text is of another file. For whoever has no time for wrangler. */
export function parseMade(text: string): Raw | null {
  return text.startsWith(MARK) ? (JSON.parse(text.replace(/^\/\/.*$/gm, '')) as Raw) : null
}

/** @returns the absolute path of what wrangler is to read */
export async function configFile(root = PROJECT_ROOT): Promise<string> {
  return (await prepareConfig(root)).path
}

/** The environment that wrangler takes where the command line names none; `null`: the top level. */
export function environmentOfProcess(): string | null {
  return process.env.CLOUDFLARE_ENV || null
}

/** A file of wrangler's as it is written. @throws Error with one sentence where it cannot be read */
export async function readRaw(path: string): Promise<Raw> {
  // Loaded only here: wrangler takes more than half a second.
  const { experimental_readRawConfig: read } = await import('wrangler')
  try {
    return read({ config: path }).rawConfig as unknown as Raw
  } catch (error) {
    // wrangler's error knows the line, and its message names neither that nor the file.
    const { message, location } = error as Error & { readonly location?: { readonly line?: number } }
    const line = location?.line === undefined ? '' : `, line ${location.line}`
    throw new Error(`Cannot read ${basename(path)}${line}: ${message.trim()}`)
  }
}

async function readText(root: string, name: string): Promise<string | null> {
  return readFile(join(root, name), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
}
