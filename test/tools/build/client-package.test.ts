// The package as README says to make it, installed beside a program that imports `postern/client` from it.
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { buildClient, CLIENT_PACKAGE } from '../../../tools/build/client-build.ts'
import { inProject, toolPath } from '../../../tools/project.ts'
import { installCallers, RUNTIMES } from '../../support/callers/install.ts'
import { makeTemporaryDirectory } from '../../support/e2e/checkout.ts'

const run = promisify(execFile)

const PROGRAM = `
import { createFetchVerifier, createVerifier, requireAuth, type AuthServiceBinding, type Principal } from 'postern/client'
import { Hono } from 'hono'

declare const binding: AuthServiceBinding
const app = new Hono().get('/', requireAuth({ freshness: 'edge', permission: 'notes' }), (c) => c.json({ id: c.var.principal.userId }))
const verifier = createFetchVerifier({ publicUrl: 'https://auth.example.com' })
const answer = await verifier.authenticate('a.b.c')
const principal: Principal | null = answer.ok ? answer.value : null
// @ts-expect-error: the types are really there
const wrong: number = createVerifier(binding)
export { app, principal, wrong }
`

/** A program that has no Hono, and asks in both ways. */
const WITHOUT_HONO = `
import { createFetchVerifier, createVerifier, type AuthServiceBinding, type Principal } from 'postern/client'

declare const binding: AuthServiceBinding
const verifier = createFetchVerifier({ publicUrl: 'https://auth.example.com' })
const answer = await verifier.authenticate('a.b.c')
const principal: Principal | null = answer.ok ? answer.value : null
// @ts-expect-error: the types are really there
const wrong: number = createVerifier(binding)
export { principal, wrong }
`

/** Where the types of the platform come from: in Node, in a browser's library, in Workers. */
const PLATFORMS = {
  Node: ['--lib', 'es2022', '--types', 'node'],
  DOM: ['--lib', 'es2022,dom', '--typeRoots', 'none'],
  Workers: ['--lib', 'es2022', '--types', '@cloudflare/workers-types'],
} as const

/** What each of the ways to check a token says, in a runtime that has nothing of this repository. */
const CHECK = `
import { createFetchVerifier, createVerifier, requireAuth } from 'postern/client'
import { Hono } from 'hono'

const [publicUrl, token] = process.argv.slice(2)
const [header, payload, signature] = token.split('.')
const forged = [header, payload, signature.split('').reverse().join('')].join('.')
const verifier = createFetchVerifier({ publicUrl })
const said = (result) => (result.ok ? result.value.userId : result.code)
const binding = { authenticate: async () => ({ ok: true, value: { userId: 'ada' } }), jwks: async () => ({ ok: false, code: 'unavailable' }) }
const app = new Hono().get('/', requireAuth({ freshness: 'token', verifier }), (c) => c.text(c.var.principal.userId))
const ask = async (headers) => (await app.request('/', { headers })).status
const log = []
const silent = createFetchVerifier({ publicUrl: 'http://127.0.0.1:1', log: (line) => log.push(line) })
console.log(JSON.stringify({
  genuine: said(await verifier.authenticate(token)),
  forged: said(await verifier.authenticate(forged)),
  strict: said(await createVerifier(binding).authenticate(token)),
  statuses: [await ask({ Authorization: 'Bearer ' + token }), await ask({ Authorization: 'Bearer ' + forged }), await ask({})],
  outage: said(await silent.authenticate(token)),
  log,
}))
`

/** A token, and where the key is published that signed it. */
async function servePublishedKey() {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const kid = 'a-key'
  const keys = [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }]
  const server = createServer((_, response) => response.end(JSON.stringify({ keys })))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const now = Math.floor(Date.now() / 1000)
  const claims = { sid: 's', auth_time: now, amr: ['pwd'], roles: ['user'], permissions: [], email: 'ada@example.com' }
  const token = await new SignJWT({ ...claims, jti: 'j' })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
    .setIssuer(publicUrl)
    .setAudience(publicUrl)
    .setSubject('ada')
    .setIssuedAt(now)
    .setExpirationTime(now + 900)
    .sign(privateKey)
  return { token, publicUrl }
}

function programsIn(text: string): string[] {
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)
}

function readmePrograms(readme: string): string[] {
  return programsIn(readme.split('## Calling from another worker')[1]?.split('\n## ')[0] ?? '')
}

/** Fails with what the compiler says of the programs and, but for `--skipLibCheck`, of all declarations that they need. */
async function compileWith(
  tsc: string,
  resolution: string,
  programs: readonly string[],
  { folder = program, options = PLATFORMS.Workers as readonly string[] } = {},
): Promise<void> {
  const files = programs.map((_, index) => `program-${index}.ts`)
  await Promise.all(files.map((file, index) => writeFile(join(folder, file), programs[index] ?? '')))
  const modules = ['--module', resolution === 'nodenext' ? 'nodenext' : 'esnext', '--moduleResolution', resolution]
  const compile = [tsc, '--noEmit', '--strict', '--target', 'es2022', ...options, ...modules, ...files]
  const { stdout } = await run(process.execPath, compile, { cwd: folder }).catch((error: { stdout: string }) => error)
  expect(stdout).toBe('')
}

/** TypeScript's own path: of this repository, or one of the versions that callers have. */
function compiler(version: string): string {
  if (version === 'here') return toolPath('tsc')
  return callers(version === '5.4' ? 'typescript-5.4/bin/tsc' : 'typescript/bin/tsc')
}

/** Of those that the package declares. */
async function oldestVersion(name: string): Promise<string> {
  return JSON.parse(await readFile(callers(`${name}-oldest`, 'package.json'), 'utf8')).version
}

/** A folder with the package and what it needs, beside the packages named. @param oldest those of which it has the first that will do */
async function installPackage(folder: string, beside: readonly string[], oldest: readonly string[] = []): Promise<void> {
  const modules = join(folder, 'node_modules')
  await mkdir(modules, { recursive: true })
  await cp(join(program, 'package'), join(modules, 'postern'), { recursive: true })
  for (const name of ['jose', '@cloudflare', '@types', ...beside]) {
    const found = oldest.includes(name) ? callers(`${name}-oldest`) : inProject('node_modules', name)
    await symlink(found, join(modules, name), 'dir')
  }
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
}

let program = ''
let callers: Awaited<ReturnType<typeof installCallers>>

/** A clone of what is packed: built from a copy, so that this checkout keeps its own dist/. */
beforeAll(async () => {
  callers = await installCallers()
  program = await makeTemporaryDirectory()
  const copy = join(program, 'checkout')
  await mkdir(copy)
  for (const name of ['package.json', 'tsconfig.json', 'tsconfig.client.json', 'README.md', 'LICENSE', 'src'])
    await cp(inProject(name), join(copy, name), { recursive: true })
  await symlink(inProject('node_modules'), join(copy, 'node_modules'), 'dir')
  expect(await buildClient(copy)).toBe(0)
  const { stdout } = await run('npm', ['pack', `./${CLIENT_PACKAGE}`, '--json'], { cwd: copy })
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
  await run('tar', ['-xzf', join(copy, filename)], { cwd: program })
  await installPackage(program, ['hono'])
})

describe('the packed package', () => {
  it('holds the client and the one file it needs, and no source, test or secret', async () => {
    const { stdout } = await run('tar', ['-tzf', join(program, 'checkout', 'postern-0.1.0.tgz')])
    const files = stdout
      .trim()
      .split('\n')
      .map((path) => path.replace('package/', ''))
    expect(
      files.every((path) => /^(dist\/(client|platform\/\w+)\/[\w-]+(\.d\.ts|\.js)|package\.json|README\.md|LICENSE)$/.test(path)),
    ).toBe(true)
    expect(files).toEqual(expect.arrayContaining(['dist/client/index.js', 'dist/client/index.d.ts', 'dist/platform/crypto/jwt.js']))
  })

  it.each(Object.entries(RUNTIMES))('checks tokens in %s', async (_, [files, ...args]) => {
    const file = files[`${process.platform}-${process.arch}`]
    if (!file) throw new Error(`There is no such runtime for ${process.platform}-${process.arch}`)
    const { token, publicUrl } = await servePublishedKey()
    await writeFile(join(program, 'check.mjs'), CHECK)
    const { stdout, stderr } = await run(callers(file), [...args, 'check.mjs', publicUrl, token], { cwd: program })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      genuine: 'ada',
      forged: 'invalid_token',
      strict: 'ada',
      statuses: [200, 401, 401],
      outage: 'unavailable',
      log: [expect.stringMatching(/^Cannot ask Postern: /)],
    })
  })

  it('runs with the oldest jose and Hono that it declares, and has types for them', async () => {
    const folder = await makeTemporaryDirectory()
    await installPackage(folder, ['hono'], ['hono', 'jose'])
    const { token, publicUrl } = await servePublishedKey()
    await writeFile(join(folder, 'check.mjs'), CHECK)
    const { stdout } = await run(process.execPath, ['check.mjs', publicUrl, token], { cwd: folder })
    expect(JSON.parse(stdout)).toMatchObject({ genuine: 'ada', forged: 'invalid_token', statuses: [200, 401, 401] })
    const programs = [PROGRAM, ...readmePrograms(await readFile(inProject('README.md'), 'utf8'))]
    // Those of that Hono name things of a browser's library.
    const inWorkers = [...PLATFORMS.Workers, '--skipLibCheck']
    for (const options of [PLATFORMS.DOM, inWorkers])
      for (const resolution of ['bundler', 'nodenext'])
        await compileWith(compiler('5.9'), resolution, programs, { folder, options })
  })

  it('is what "Are the types wrong?" expects of a package of ES modules', async () => {
    const packed = join(program, 'checkout', 'postern-0.1.0.tgz')
    const attw = [
      callers('@arethetypeswrong/cli/dist/index.js'),
      packed,
      '--ignore-rules',
      'cjs-resolves-to-esm',
      '--no-color',
      '--format',
      'ascii',
    ]
    expect((await run(process.execPath, attw)).stdout).toContain('No problems found')
  })

  it('has a README of its own, whose programs compile', async () => {
    const readme = await readFile(join(program, 'package', 'README.md'), 'utf8')
    expect(readme).toMatch(/^# postern\/client\n/)
    await compileWith(compiler('here'), 'bundler', programsIn(readme))
  })

  it.each(['node', 'bundler'])(
    'has types for TypeScript 5.4 that resolves modules as %s, with skipLibCheck for those of Hono',
    async (resolution) => {
      const options = [...PLATFORMS.Workers, '--skipLibCheck']
      await compileWith(compiler('5.4'), resolution, [PROGRAM], { options })
    },
  )

  it.each([
    ['5.4', 'node'],
    ['5.4', 'bundler'],
    ['5.9', 'node'],
    ['5.9', 'nodenext'],
    ['here', 'bundler'],
    ['here', 'nodenext'],
  ])(
    'has types that need neither Hono nor skipLibCheck, for TypeScript %s that resolves modules as %s',
    async (version, resolution) => {
      const folder = await makeTemporaryDirectory()
      await installPackage(folder, [])
      for (const options of Object.values(PLATFORMS))
        await compileWith(compiler(version), resolution, [WITHOUT_HONO], { folder, options })
    },
  )

  it('runs in plain Node as postern/client', async () => {
    const code = "import * as client from 'postern/client'; console.log(Object.keys(client).sort().join())"
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: program })
    expect(stdout.trim()).toBe('createFetchVerifier,createVerifier,requireAuth')
  })

  it('exports nothing else', async () => {
    const code = "await import('postern/dist/platform/jwt.js')"
    const failed = run(process.execPath, ['--input-type=module', '--eval', code], { cwd: program })
    await expect(failed).rejects.toThrow(/ERR_PACKAGE_PATH_NOT_EXPORTED/)
  })

  it('tells routes of c.var.principal without skipLibCheck, in Node as in Workers', async () => {
    for (const options of Object.values(PLATFORMS)) await compileWith(compiler('5.9'), 'bundler', [PROGRAM], { options })
  })

  it.each(['bundler', 'nodenext'])(
    'has types for programs that resolve modules as %s, those of README included',
    async (resolution) => {
      const programs = [PROGRAM, ...readmePrograms(await readFile(inProject('README.md'), 'utf8'))]
      expect(programs).toHaveLength(4)
      await compileWith(compiler('here'), resolution, programs)
    },
  )

  it('brings nothing with it, and takes whichever jose and hono of their majors the program has', async () => {
    const manifest = JSON.parse(await readFile(join(program, 'package', 'package.json'), 'utf8'))
    const [hono, jose] = await Promise.all(['hono', 'jose'].map(oldestVersion))
    expect(manifest.peerDependencies).toEqual({ hono: `^${hono}`, jose: `^${jose}` })
    expect(manifest.peerDependenciesMeta).toEqual({ hono: { optional: true } })
    for (const member of ['dependencies', 'optionalDependencies', 'devDependencies', 'scripts'])
      expect(manifest).not.toHaveProperty(member)
  })

  it('names in its manifest only files that it has', async () => {
    const manifest = JSON.parse(await readFile(join(program, 'package', 'package.json'), 'utf8')) as {
      exports: Record<string, Record<string, string>>
    }
    const named = Object.values(manifest.exports).flatMap((conditions) => Object.values(conditions))
    expect(named).toHaveLength(2)
    for (const path of named) expect(await readFile(join(program, 'package', path), 'utf8')).not.toBe('')
  })
})
