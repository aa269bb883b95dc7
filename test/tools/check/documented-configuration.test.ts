// The table of the configuration is what parses, and what documents say is made of it.
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { VARIABLES } from '../../../src/config/variables.ts'
import { bindingTypes } from '../../../tools/build/bindings-types.ts'
import { configurationPage, wranglerComments } from '../../../tools/build/configuration-docs.ts'
import { inProject } from '../../../tools/project.ts'

const read = (...path: readonly string[]) => readFile(inProject(...path), 'utf8')

/** What differs is put right by `npm run docs`. */
describe('the configuration', () => {
  it('is documented in docs/reference, every var with its default and its bounds', async () => {
    expect(await read('docs', 'reference', 'configuration.md')).toBe(configurationPage())
  })

  it('is documented in wrangler.toml, every var with its default', async () => {
    expect((await read('wrangler.toml')).split('# [vars]\n')[1]).toBe(wranglerComments())
  })

  it('gives the worker’s bindings the types that wrangler says', async () => {
    expect(await read('src', 'bindings.ts')).toBe(await bindingTypes())
  }, 60_000)

  it('has no variable that nothing reads', async () => {
    const sources = (await Promise.all([read('src', 'config', 'config.ts')])).join('')
    expect(Object.keys(VARIABLES).filter((name) => !sources.includes(name))).toEqual([])
  })
})

describe('wrangler.toml', () => {
  it('keeps Cloudflare’s own line for each request, which has its query, out of the log', async () => {
    expect(await read('wrangler.toml')).toMatch(/^\[observability\.logs\]\nenabled = true\ninvocation_logs = false$/m)
  })
})
