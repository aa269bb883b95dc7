// Where the deployed service answers, and the key that it takes.
import { readFile } from 'node:fs/promises'
import { findAdminKeyProblem } from '../../src/platform/crypto/admin-key.ts'
import { readKeptAdminKey } from '../../tools/deploy/admin-key.ts'
import { readKeptUrl } from '../../tools/deploy/kept-url.ts'
import { isLoopback } from '../../tools/loopback.ts'
import { inProject, PROJECT_ROOT } from '../../tools/project.ts'
import { readWranglerConfig } from '../../tools/wrangler-config.ts'
import type { Where } from './usage.ts'

export interface Service {
  readonly url: string
  readonly key: string
}

/** @throws Error with one sentence that says what is missing */
export async function findRemoteService({ url, environment, isRemote }: Omit<Where, 'persistDirectory'>): Promise<Service> {
  const address = url ?? (await findConfiguredUrl(environment))
  // Whatever listens on this machine is not the deployed service: it gets the key of development, unless --remote says otherwise.
  const isDevelopment = !isRemote && isLoopback(address)
  return { url: address, key: await findKey(environment, isDevelopment) }
}

async function findConfiguredUrl(environment: string | null): Promise<string> {
  const configured = (await readWranglerConfig(environment)).publicUrl ?? (await readKeptUrl(PROJECT_ROOT, environment))
  if (configured === null) {
    throw new Error(
      'Cannot tell where the service answers: set PUBLIC_URL in deployment.toml, or say --url https://auth.example.com',
    )
  }
  const isSafe = URL.canParse(configured) && (new URL(configured).protocol === 'https:' || isLoopback(configured))
  if (!isSafe) throw new Error('Cannot send the admin key to PUBLIC_URL: it is no https address')
  return new URL(configured).origin
}

async function findKey(environment: string | null, isDevelopment: boolean): Promise<string> {
  const given = process.env.POSTERN_ADMIN_KEY?.trim()
  const read = isDevelopment ? readDevelopmentKey(environment) : readKeptAdminKey(PROJECT_ROOT, environment)
  const key = given || (await read)
  const problem = key ? findAdminKeyProblem(key) : null
  if (key && problem === null) return key
  throw new Error(
    problem === null
      ? 'Cannot find the admin key: set POSTERN_ADMIN_KEY, or see docs/operations.md, "The admin key", where it is lost'
      : `Cannot use the admin key: it is ${problem}`,
  )
}

/** As wrangler reads them: those of an environment stand in a file of their own, where there is one. */
export async function readDevelopmentKey(environment: string | null): Promise<string | null> {
  const { parseEnv } = await import('node:util')
  const read = (name: string) => readFile(inProject(name), 'utf8').catch(() => null)
  const content = (environment === null ? null : await read(`.dev.vars.${environment}`)) ?? (await read('.dev.vars')) ?? ''
  return parseEnv(content).ADMIN_KEY?.trim() || null
}
