import { describe, expect, it } from 'vitest'
import { checkLayers, parseImports } from '../../scripts/layers.ts'

const check = (files: Readonly<Record<string, string>>) =>
  checkLayers(Object.entries(files).map(([path, source]) => ({ path, source })))

describe('checkLayers()', () => {
  it.each([
    ['a store that imports a use case', 'src/stores/a.ts', "import { x } from '../auth/sign-in.ts'"],
    ['a platform file that imports a store', 'src/platform/a.ts', "import { x } from '../stores/users.ts'"],
    ['a type that points up', 'src/platform/a.ts', "import type { X } from '../auth/deps.ts'"],
    ['a face that imports a store', 'src/faces/v1/a.ts', "import { x } from '../../stores/users.ts'"],
    ['a face that imports a face', 'src/faces/v1/a.ts', "import { x } from '../cookie/wire.ts'"],
    ['a use case that imports a use case', 'src/auth/a.ts', "import { x } from './sign-in.ts'"],
    ['a use case that is loaded late', 'src/auth/a.ts', "const { x } = await import('./sign-in.ts')"],
    ['a use case that is handed on', 'src/auth/a.ts', "export * from './sign-in.ts'"],
    ['a use case that reads the configuration', 'src/auth/a.ts', "import { x } from '../config.ts'"],
    ['a client that imports the core', 'src/client/a.ts', "import { x } from '../auth/errors.ts'"],
    ['hono outside the faces', 'src/auth/a.ts', "import { Hono } from 'hono'"],
    ['hono in a verifier of the client', 'src/client/verifier.ts', "import { Hono } from 'hono'"],
    ['an entrypoint that imports a store', 'src/rpc/calls.ts', "import { x } from '../stores/users.ts'"],
    ['a part of hono outside the faces', 'src/compose.ts', "import type { X } from 'hono/types'"],
    ['drizzle outside the stores', 'src/auth/a.ts', "import { eq } from 'drizzle-orm'"],
    ['jose in a second file', 'src/platform/a.ts', "import { jwtVerify } from 'jose'"],
    ['env.X outside of configuration', 'src/auth/a.ts', 'const x = env.DB'],
    ["Hono's env", 'src/faces/v1/a.ts', 'const x = c.env.DB'],
    ['env taken apart', 'src/objects/a.ts', 'const { DB } = this.env'],
    ['an imported env', 'src/stores/a.ts', "import { env } from 'cloudflare:workers'"],
    ['the fault kit', 'src/compose.ts', "import { x } from '../test/faults/intercepted-bindings.ts'"],
    ['a script', 'src/platform/a.ts', "import { x } from '../../scripts/project.ts'"],
    ['an unknown folder', 'src/helpers/a.ts', ''],
  ])('refuses %s', (_, path, source) => {
    const problems = check({ [path]: source })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(new RegExp(`^${path}: `))
  })

  it.each([
    ['index, to the app', 'src/index.ts', "import { createApp } from './app.ts'"],
    ['compose, to the stores', 'src/compose.ts', "import { x } from './stores/users.ts'\nconst y = env.DB"],
    ['a face, to the core', 'src/faces/v1/a.ts', "import { AuthError } from '../../auth/errors.ts'"],
    ['a face, to what faces share', 'src/faces/v1/a.ts', "import { x } from '../shared/body.ts'\nimport { Hono } from 'hono'"],
    ['a use case, to what use cases share', 'src/auth/a.ts', "import { AuthError } from './errors.ts'"],
    ['a use case, to the type of another', 'src/auth/a.ts', "import type { X } from './sign-in.ts'"],
    ['the facade, to the use cases', 'src/auth/auth.ts', "import { signIn } from './sign-in.ts'"],
    ['the client, to the one file that knows jose', 'src/client/a.ts', "import { verifyToken } from '../platform/jwt.ts'"],
    ['the middleware of the client, to hono', 'src/client/require-auth.ts', "import { createMiddleware } from 'hono/factory'"],
    ['the one file that knows jose', 'src/platform/jwt.ts', "import { jwtVerify } from 'jose'"],
    ['words in comments and strings', 'src/auth/a.ts', "// import { x } from 'hono'; env.DB\nconst x = 'env.DB is missing'"],
  ])('allows %s', (_, path, source) => {
    expect(check({ [path]: source })).toEqual([])
  })

  it('finds a circle of imports, and no circle among types', () => {
    const circle = (kind: string) =>
      check({
        'src/platform/a.ts': `import ${kind} { b } from './b.ts'`,
        'src/platform/b.ts': `import { c } from './c.ts'`,
        'src/platform/c.ts': `import { a } from './a.ts'`,
      })
    expect(circle('')).toEqual([
      expect.stringContaining('src/platform/a.ts → src/platform/b.ts → src/platform/c.ts → src/platform/a.ts'),
    ])
    expect(circle('type')).toEqual([])
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
