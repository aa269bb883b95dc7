// The configuration as local development takes it. Two things in it, or beside it, stand in the way: `routes` make wrangler tell the worker the
// host of the first route in place of what the browser asked for; and `--var` reaches the first of several workers alone.
import { rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { inProject } from '../project.ts'
import { configFile, readRaw } from '../settings/config-file.ts'

interface RawConfig {
  readonly vars?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, RawConfig>>
  readonly [member: string]: unknown
}

/** Whether wrangler would answer for another host than the one asked for. @param raw wrangler.toml as it is written */
export function hasRoutes({ route, routes, dev, env = {} }: RawConfig): boolean {
  const isHostGiven = typeof dev === 'object' && dev !== null && 'host' in dev
  const given = [{ route, routes }, ...Object.values(env)].some((each) => each.route !== undefined || each.routes !== undefined)
  return given && !isHostGiven
}

/** @param publicUrl `null`: as configured */
export function toDevelopment(raw: RawConfig, publicUrl: string | null): RawConfig {
  const { route: _, routes: __, env, ...rest } = raw
  return {
    ...rest,
    ...(publicUrl !== null && { vars: { ...raw.vars, PUBLIC_URL: publicUrl } }),
    // Vars of an environment stand in place of those at the top.
    ...(env && { env: Object.fromEntries(Object.entries(env).map(([name, each]) => [name, toDevelopment(each, publicUrl)])) }),
  }
}

export async function readRawConfig(): Promise<RawConfig> {
  return (await readRaw(await configFile())) as RawConfig
}

/**
 * `null` where wrangler answers for what was asked for. A look at the text says so most of the time, at no cost.
 * @param file an absolute path; left out: the configuration in effect
 */
export async function readRoutedConfig(file?: string): Promise<RawConfig | null> {
  const path = file ?? (await configFile())
  if (!/^[^#\n]*\broutes?\b/m.test(await readFile(path, 'utf8'))) return null
  const raw = (await readRaw(path)) as RawConfig
  return hasRoutes(raw) ? raw : null
}

/**
 * Writes it beside wrangler.toml, whose paths start there, as `.dev.vars` does; it goes when this process ends.
 * @param port of the server, so that several have one each
 */
export function writeDevConfig(config: RawConfig, port: number): string {
  const path = inProject(`.postern-dev-${port}.json`)
  writeFileSync(path, JSON.stringify(config))
  process.once('exit', () => rmSync(path, { force: true }))
  return path
}
