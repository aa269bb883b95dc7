// README.md and wrangler.toml name every var with the default and the bounds that src/config/config.ts gives it.
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { inProject } from '../../../tools/project.ts'
import { NUMBER_VARS } from '../../support/configuration-vars.ts'

const readme = await readFile(inProject('README.md'), 'utf8')
const wranglerToml = await readFile(inProject('wrangler.toml'), 'utf8')
const configSource = await readFile(inProject('src/config/config.ts'), 'utf8')

/** The cells of the row of README's table that is about `name`. */
function rowOf(name: string): readonly string[] {
  const row = readme.split('\n').find((line) => /^\|/.test(line) && line.split('|')[1]?.includes(`\`${name}\``))
  return row?.split('|').map((cell) => cell.trim()) ?? []
}

describe.each(NUMBER_VARS)('$name', ({ name, fallback, min, max }) => {
  it('has its default and its bounds in README', () => {
    const [, , , defaultCell, bounds] = rowOf(name)
    expect(defaultCell).toMatch(new RegExp(`^\`${fallback}\`( |$)`))
    expect(bounds).toMatch(new RegExp(`^${min} to ${max}(;|$)`))
  })

  it('has its default in wrangler.toml', () => {
    expect(wranglerToml).toMatch(new RegExp(`^# ${name} = ${fallback}( |$)`, 'm'))
  })
})

describe('every name that src/config/config.ts reads', () => {
  const names = [...new Set([...configSource.matchAll(/\b(?:vars\.|vars, ')([A-Z][A-Z_]+)/g)].map(([, name = '']) => name))]

  it('is found by this test', () => {
    expect(names).toEqual(
      expect.arrayContaining([...NUMBER_VARS.map(({ name }) => name), 'AUTH_SECRET', 'CORS_ORIGINS', 'SCRYPT_LN']),
    )
  })

  it.each(names)('is in README and wrangler.toml: %s', (name) => {
    expect(readme).toContain(`\`${name}`)
    expect(wranglerToml).toContain(name)
  })
})

describe('wrangler.toml', () => {
  it('keeps Cloudflare’s own line for each request, which has its query, out of the log', () => {
    expect(wranglerToml).toMatch(/^\[observability\.logs\]\nenabled = true\ninvocation_logs = false$/m)
  })
})
