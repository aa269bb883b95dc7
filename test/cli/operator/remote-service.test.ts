// Where the deployed service answers and which key it takes, from the environment, files, and wrangler's reading of wrangler.toml.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { findRemoteService } from '../../../cli/operator/remote-service.ts'
import { readWranglerConfig } from '../../../tools/wrangler-config.ts'

const KEY = `padm_${'q7Rk2Vw9Lm4Xc8Zt1Hs6Pd3Gb5Nf0Jyq7Rk2Vw9Lm4Xc'}`

afterEach(() => vi.unstubAllEnvs())

describe('findRemoteService()', () => {
  it('takes the key of the environment first', async () => {
    vi.stubEnv('POSTERN_ADMIN_KEY', ` ${KEY}\n`)
    expect(await findRemoteService({ url: 'https://auth.example.com', environment: null, isRemote: true })).toEqual({
      url: 'https://auth.example.com',
      key: KEY,
    })
  })

  it('says what is missing, or no key at all, without the text of it', async () => {
    vi.stubEnv('POSTERN_ADMIN_KEY', 'padm_cut')
    const at = { url: 'https://auth.example.com', environment: 'of-nobody', isRemote: true }
    await expect(findRemoteService(at)).rejects.toThrow('Cannot use the admin key: it is not an admin key')
    vi.stubEnv('POSTERN_ADMIN_KEY', '')
    await expect(findRemoteService(at)).rejects.toThrow('Cannot find the admin key: set POSTERN_ADMIN_KEY')
  })

  it('says so where no address is known', async () => {
    vi.stubEnv('POSTERN_ADMIN_KEY', KEY)
    await expect(findRemoteService({ url: null, environment: null, isRemote: true })).rejects.toThrow(
      'Cannot tell where the service answers: set PUBLIC_URL in deployment.toml, or say --url https://auth.example.com',
    )
  })
})

describe('readWranglerConfig()', () => {
  it('is wrangler’s own reading', async () => {
    expect(await readWranglerConfig(null)).toEqual({
      workerName: 'postern',
      publicUrl: null,
      devPort: null,
    })
    await expect(readWranglerConfig('of-nobody')).rejects.toThrow('Cannot find the environment of-nobody in wrangler.toml')
  })
})
