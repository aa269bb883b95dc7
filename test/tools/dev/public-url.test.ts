import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { PlainWrangler } from '../../../tools/dev/plain-wrangler.ts'
import { findWrongPublicUrl } from '../../../tools/dev/public-url.ts'
import { inProject } from '../../../tools/project.ts'
import { makeTemporaryDirectory } from '../../support/e2e/checkout.ts'

const WRANGLER: PlainWrangler = {
  ...{ pid: 1, persistDirectory: '/state', config: null, environment: null, servedConfig: null, ip: null },
  ...{ port: null, protocol: null, isPublicUrlGiven: false, version: null },
}

const warningFor = (wrangler: Partial<PlainWrangler>, devVars = '', config = inProject('wrangler.toml')) =>
  findWrongPublicUrl({ ...WRANGLER, ...wrangler }, config, devVars)

describe('a wrangler that was started without us', () => {
  it('is told nothing where PUBLIC_URL is where it serves, or somebody has said what it is to be', async () => {
    expect(await warningFor({})).toBeNull()
    expect(await warningFor({ port: 8787, ip: '127.0.0.1' })).toBeNull()
    expect(await warningFor({ port: 8790, isPublicUrlGiven: true })).toBeNull()
    expect(await warningFor({ port: 8790 }, 'ENVIRONMENT=development\nPUBLIC_URL=https://tunnel.example\n')).toBeNull()
  })

  it.each([
    [{ port: 8790 }, 'http://localhost:8790'],
    [{ port: 8787, protocol: 'https' as const }, 'https://localhost:8787'],
    [{ ip: '192.168.1.5' }, 'http://192.168.1.5:8787'],
  ])('is told that links lead elsewhere: %j', async (wrangler, served) => {
    expect(await warningFor(wrangler)).toBe(
      `Mailed links and the issuer of tokens begin with http://localhost:8787, but this is served at ${served}. Use "npm run dev" in Postern's folder, where they follow; or write PUBLIC_URL=${served} into .dev.vars there, and start again`,
    )
  })

  it('is known by the port of the configuration that is served, where the command line names none', async () => {
    const servedConfig = join(await makeTemporaryDirectory(), 'wrangler.toml')
    await writeFile(servedConfig, 'name = "caller"\n\n[dev]\nport = 8790\nlocal_protocol = "https"\n')
    expect(await warningFor({ servedConfig })).toContain('served at https://localhost:8790')
    expect(await warningFor({ servedConfig, protocol: 'http' })).toContain('served at http://localhost:8790')
  })

  it('is judged by the configuration that it reads, whatever another one says', async () => {
    const config = join(await makeTemporaryDirectory(), 'wrangler.toml')
    await writeFile(config, 'name = "postern"\n\n[vars]\nPUBLIC_URL = "http://localhost:8790"\n')
    expect(await warningFor({ port: 8790 }, '', config)).toBeNull()
    expect(await warningFor({ port: 8787 }, '', config)).toContain('begin with http://localhost:8790, but this is served at')
  })
})
