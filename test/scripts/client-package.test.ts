// The package as README says to make it, installed beside a program that imports `postern/client` from it.
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildClient, CLIENT_PACKAGE } from '../../scripts/client-build.ts'
import { inProject, toolPath } from '../../scripts/project.ts'
import { makeTemporaryDirectory } from '../e2e/checkout.ts'

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

function readmePrograms(readme: string): string[] {
  const section = readme.split('## Calling from another worker')[1]?.split('\n## ')[0] ?? ''
  return [...section.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)
}

let program = ''

/** A clone of what is packed: built from a copy, so that this checkout keeps its own dist/. */
beforeAll(async () => {
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
  const modules = join(program, 'node_modules')
  await mkdir(modules)
  await cp(join(program, 'package'), join(modules, 'postern'), { recursive: true })
  for (const name of ['jose', 'hono', '@cloudflare']) await symlink(inProject('node_modules', name), join(modules, name), 'dir')
  await writeFile(join(program, 'package.json'), '{ "type": "module" }')
})

describe('the packed package', () => {
  it('holds the client and the one file it needs, and no source, test or secret', async () => {
    const { stdout } = await run('tar', ['-tzf', join(program, 'checkout', 'postern-0.1.0.tgz')])
    const files = stdout
      .trim()
      .split('\n')
      .map((path) => path.replace('package/', ''))
    expect(
      files.every((path) => /^(dist\/(client|platform)\/[\w-]+(\.d\.ts|\.js)|package\.json|README\.md|LICENSE)$/.test(path)),
    ).toBe(true)
    expect(files).toEqual(expect.arrayContaining(['dist/client/index.js', 'dist/client/index.d.ts', 'dist/platform/jwt.js']))
  })

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

  it.each(['bundler', 'nodenext'])(
    'has types for programs that resolve modules as %s, those of README included',
    async (resolution) => {
      const programs = [PROGRAM, ...readmePrograms(await readFile(inProject('README.md'), 'utf8'))]
      expect(programs).toHaveLength(4)
      const files = programs.map((_, index) => `program-${index}.ts`)
      await Promise.all(files.map((file, index) => writeFile(join(program, file), programs[index] ?? '')))
      const options = ['--noEmit', '--strict', '--target', 'es2024', '--lib', 'es2024', '--types', '@cloudflare/workers-types']
      const modules = ['--module', resolution === 'nodenext' ? 'nodenext' : 'esnext', '--moduleResolution', resolution]
      const compile = [toolPath('tsc'), ...options, '--skipLibCheck', ...modules, ...files]
      const { stdout } = await run(process.execPath, compile, { cwd: program }).catch((error: { stdout: string }) => error)
      expect(stdout).toBe('')
    },
  )

  it('brings nothing with it but what the client imports', async () => {
    const manifest = JSON.parse(await readFile(join(program, 'package', 'package.json'), 'utf8'))
    expect(Object.keys(manifest.dependencies)).toEqual(['jose'])
    expect(Object.keys(manifest.peerDependencies)).toEqual(['hono'])
    for (const member of ['optionalDependencies', 'devDependencies', 'scripts']) expect(manifest).not.toHaveProperty(member)
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
