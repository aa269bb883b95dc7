import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkLayers, parseImports } from '../../../tools/check/layers.ts'
import { inProject } from '../../../tools/project.ts'
import { captureTool } from '../../../tools/run-tool.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const check = (files: Readonly<Record<string, string>>) =>
  checkLayers(Object.entries(files).map(([path, source]) => ({ path, source })))

const FACADE = {
  'src/core/core.ts': "import { signIn } from './sign-in/sign-in.ts'\nimport { authenticate } from './access/authenticate.ts'",
}

describe('checkLayers()', () => {
  it.each([
    ['a store that imports a use case', 'src/stores/a.ts', "import { x } from '../core/sign-in/sign-in.ts'"],
    ['a platform file that imports a store', 'src/platform/mail/a.ts', "import { x } from '../../stores/mail/outbox.ts'"],
    ['a type that points up', 'src/platform/mail/a.ts', "import type { X } from '../../core/kernel/deps.ts'"],
    ['a dialect that imports a store', 'src/http/v1/a.ts', "import { x } from '../../stores/accounts/users.ts'"],
    ['a dialect that imports a dialect', 'src/http/v1/a.ts', "import { x } from '../cookie/wire.ts'"],
    ['a use case that imports a use case', 'src/core/recovery/a.ts', "import { x } from '../sign-in/sign-in.ts'"],
    ['a use case that is loaded late', 'src/core/recovery/a.ts', "const { x } = await import('../sign-in/sign-in.ts')"],
    ['a use case that is handed on', 'src/core/sign-in/a.ts', "export * from './sign-in.ts'"],
    ['a room that imports a later one', 'src/core/tokens/a.ts', "import { x } from '../access/b.ts'"],
    ['types of a later room', 'src/core/kernel/a.ts', "import type { X } from '../tokens/b.ts'"],
    ['an unknown room', 'src/core/helpers/a.ts', "import { x } from '../kernel/errors.ts'"],
    ['a use case that reads the configuration', 'src/core/access/a.ts', "import { x } from '../../config/config.ts'"],
    ['a client that imports the core', 'src/client/a.ts', "import { x } from '../core/kernel/errors.ts'"],
    ['an entrypoint that imports a store', 'src/rpc/calls.ts', "import { x } from '../stores/accounts/users.ts'"],
    ['a way in that builds things itself', 'src/http/app.ts', "import { compose } from '../compose.ts'"],
    ['env.X outside of configuration', 'src/core/access/a.ts', 'const x = env.DB'],
    ["Hono's env", 'src/http/v1/a.ts', 'const x = c.env.DB'],
    ['env taken apart', 'src/objects/a.ts', 'const { DB } = this.env'],
    ['an imported env', 'src/stores/a.ts', "import { env } from 'cloudflare:workers'"],
    ['the fault kit', 'src/compose.ts', "import { x } from '../test/suites/faults/intercepted-bindings.ts'"],
    ['a tool', 'src/platform/mail/a.ts', "import { x } from '../../../tools/project.ts'"],
    ['an unknown folder', 'src/helpers/a.ts', ''],
  ])('refuses %s', (_, path, source) => {
    const problems = check({ ...FACADE, [path]: source })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(new RegExp(`^${path}: `))
  })

  it.each([
    ['index, to the app', 'src/index.ts', "import { createApp } from './http/app.ts'"],
    ['compose, to the stores', 'src/compose.ts', "import { x } from './stores/accounts/users.ts'\nconst y = env.DB"],
    ['a dialect, to the core', 'src/http/v1/a.ts', "import { AuthError } from '../../core/kernel/errors.ts'"],
    ['a dialect, to what dialects share', 'src/http/v1/a.ts', "import { x } from '../shared/body.ts'"],
    ['a dialect, to the type of a row', 'src/http/v1/a.ts', "import type { User } from '../../stores/accounts/users.ts'"],
    ['a use case, to a step', 'src/core/recovery/a.ts', "import { authenticate } from '../access/authenticate.ts'"],
    ['a use case, to the type of another', 'src/core/recovery/a.ts', "import type { X } from '../sign-in/sign-in.ts'"],
    ['the client, to the platform', 'src/client/a.ts', "import { verifyToken } from '../platform/crypto/jwt.ts'"],
    [
      'words in comments and strings',
      'src/core/access/a.ts',
      "// import { x } from '../../http/app.ts'; env.DB\nconst x = 'env.DB is missing'",
    ],
  ])('allows %s', (_, path, source) => {
    expect(check({ ...FACADE, [path]: source })).toEqual([])
  })

  it('refuses a room that is too full', () => {
    const files = Array.from({ length: 17 }, (_, index) => [`src/core/access/a${index}.ts`, ''])
    expect(check(Object.fromEntries(files))).toEqual(['src/core/access: has 17 files, of at most 16'])
  })
})

describe('the linter', () => {
  it.each([
    ['src/core/access/a.ts', 'hono', false],
    ['src/core/access/a.ts', 'drizzle-orm', false],
    ['src/compose.ts', 'hono/types', false],
    ['src/client/verifier.ts', 'hono', false],
    ['src/platform/mail/a.ts', 'jose', false],
    ['src/http/v1/a.ts', 'hono/cookie', true],
    ['src/http/v1/a.ts', 'jose', false],
    ['src/client/require-auth.ts', 'hono/factory', true],
    ['src/stores/a.ts', 'drizzle-orm', true],
    ['src/platform/crypto/a.ts', 'jose', true],
    ['src/platform/crypto/a.ts', '@noble/hashes/sha2.js', true],
  ])('has %s import %s: %s', async (path, name, isAllowed) => {
    const root = await temporaryDirectory()
    await copyFile(inProject('biome.json'), join(root, 'biome.json'))
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), `import { x } from '${name}'\n\nexport const y = x\n`)
    const { stdout, stderr } = await captureTool('biome', ['lint', '--vcs-enabled=false', path], '', root)
    expect([(stdout + stderr).includes('noRestrictedImports'), name]).toEqual([!isAllowed, name])
  })
})

describe('parseImports()', () => {
  it('reads every way to import', () => {
    const source = `
      import a from 'a'
      import * as b from "b"
      import {
        c, // from 'no'
        type D,
      } from 'c'
      import type { E } from 'e'
      import { type F, type G } from 'f'
      import 'h'
      export { i } from 'i'
      export * from 'j'
      const k = await import('k')
      const text = \`import l from 'l'\``
    expect(parseImports(source).map(({ specifier, isType }) => [specifier, isType])).toEqual([
      ['a', false],
      ['b', false],
      ['c', false],
      ['e', true],
      ['f', true],
      ['i', false],
      ['j', false],
      ['h', false],
      ['k', false],
    ])
  })
})
