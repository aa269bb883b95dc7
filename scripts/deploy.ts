// `npm run deploy`: database, migrations, worker, secret, address, and a smoke test of what is then live. `--dry-run`
// builds only; `--smoke URL` tests only. No secret is ever printed, and none but the admin key written to a file.
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { keepAdminKey } from './deploy/admin-key.ts'
import { BUNDLE_LIMIT_BYTES, describeSize, gzipSizeOf } from './deploy/bundle-size.ts'
import {
  DATABASE_NAME,
  type DeploySecret,
  type DeployStep,
  dryRunArguments,
  findDeployedUrl,
  LEARNED_URL,
  planDeploy,
} from './deploy/plan.ts'
import { describeSmoke, runSmokeTest, type SmokeResult } from './deploy/smoke.ts'
import { ensureAssets } from './local-state.ts'
import { inProject, PROJECT_ROOT } from './project.ts'
import { captureTool, runTool } from './run-tool.ts'

const USAGE = 'Usage: npm run deploy -- [--public-url https://auth.example.com] [--dry-run] [--smoke URL]'
const DRY_RUN_DIRECTORY = '.postern/dist'
const SMOKE_ATTEMPTS = 6
const SMOKE_PAUSE_MILLISECONDS = 5_000

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function main(): Promise<number> {
  const options = readOptions()
  if (options === null) return 2
  if (options.smoke !== undefined) return reportSmoke(await runSmokeTest(options.smoke, !isLoopback(options.smoke)))
  await ensureAssets(PROJECT_ROOT)
  return options['dry-run'] ? dryRun() : deploy(options['public-url'] ?? null)
}

function readOptions() {
  try {
    const options = { 'public-url': { type: 'string' }, 'dry-run': { type: 'boolean' }, smoke: { type: 'string' } } as const
    const { values } = parseArgs({ options })
    const publicUrl = values['public-url']
    if (publicUrl !== undefined && !isOrigin(publicUrl)) throw new Error('--public-url must be an https origin without a path')
    if (values.smoke !== undefined && !URL.canParse(values.smoke)) throw new Error('--smoke must be a URL')
    return values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`)
    return null
  }
}

async function dryRun(): Promise<number> {
  const directory = inProject(DRY_RUN_DIRECTORY)
  await rm(directory, { recursive: true, force: true })
  const code = await runTool('wrangler', dryRunArguments(directory))
  if (code !== 0) return code
  const bytes = await gzipSizeOf(directory)
  console.log(describeSize(bytes))
  console.log(
    'A dry run builds and measures. It made no database or namespace, migrated nothing, set no secret, uploaded nothing, and tested no deployed address.',
  )
  if (bytes <= BUNDLE_LIMIT_BYTES) return 0
  console.error('Cannot accept the bundle: it is too large')
  return 1
}

async function deploy(givenUrl: string | null): Promise<number> {
  await requireLogin()
  const configuredUrl = await readConfiguredUrl()
  const steps = planDeploy({
    publicUrl: givenUrl ?? configuredUrl,
    isPublicUrlConfigured: givenUrl === null && configuredUrl !== null,
    hasDatabase: await hasDatabase(),
    secrets: await listSecrets(),
  })
  let deployedUrl: string | null = null
  for (const step of steps) {
    console.log(`\n── ${step.what}`)
    if (step.kind === 'smoke') return smokeWithPatience(givenUrl ?? configuredUrl ?? requireUrl(deployedUrl))
    deployedUrl = (await perform(step, deployedUrl)) ?? deployedUrl
  }
  return 0
}

/** @returns the address, where the step tells one */
async function perform(step: Exclude<DeployStep, { kind: 'smoke' }>, deployedUrl: string | null): Promise<string | null> {
  const args = step.args.map((arg) => (arg.includes(LEARNED_URL) ? arg.replace(LEARNED_URL, requireUrl(deployedUrl)) : arg))
  const input = step.kind === 'secret' ? await makeSecret(step.name) : ''
  const result = await captureTool('wrangler', args, input)
  process.stdout.write(result.stdout)
  process.stderr.write(result.stderr)
  if (result.code !== 0) throw new Error(`Cannot deploy: "wrangler ${args.slice(0, 3).join(' ')}" failed`)
  return step.kind === 'deploy' ? findDeployedUrl(result.stdout) : null
}

/** Of the admin key a copy is kept, for the programs that send it; of AUTH_SECRET none, since nobody has to know it. */
async function makeSecret(name: DeploySecret): Promise<string> {
  if (name === 'AUTH_SECRET') return randomBytes(32).toString('base64url')
  const { key, path } = await keepAdminKey(PROJECT_ROOT)
  console.log(`Its copy is in ${path}, for you alone: keep it`)
  return key
}

async function requireLogin(): Promise<void> {
  const { code } = await captureTool('wrangler', ['whoami', '--json'])
  if (code !== 0) throw new Error('Cannot deploy: wrangler is not signed in. Run "npx wrangler login", or set CLOUDFLARE_API_TOKEN')
}

async function hasDatabase(): Promise<boolean> {
  const { code, stdout, stderr } = await captureTool('wrangler', ['d1', 'list', '--json'])
  if (code !== 0) throw new Error(`Cannot list the account's databases: ${stderr || stdout}`)
  return (parseList(stdout) as readonly { readonly name?: unknown }[]).some(({ name }) => name === DATABASE_NAME)
}

async function listSecrets(): Promise<readonly string[]> {
  const { code, stdout, stderr } = await captureTool('wrangler', ['secret', 'list', '--format', 'json'])
  // Before the first deploy there is no worker to list secrets of. Any other failure must not end in a new AUTH_SECRET,
  // which would end every session and unseal nothing.
  if (code !== 0 && /Worker "[^"]*".* not found/.test(stdout + stderr)) return []
  if (code !== 0) throw new Error(`Cannot list the worker's secrets: ${stderr || stdout}`)
  return (parseList(stdout) as readonly { readonly name?: unknown }[]).map(({ name }) => String(name))
}

/** wrangler's JSON may follow a note or two. */
function parseList(output: string): readonly unknown[] {
  const start = output.search(/^\[/m)
  if (start < 0) throw new Error(`Cannot read wrangler's answer: ${output}`)
  return JSON.parse(output.slice(start)) as readonly unknown[]
}

async function readConfiguredUrl(): Promise<string | null> {
  const { unstable_readConfig: readConfig } = await import('wrangler')
  const url: unknown = readConfig({ config: inProject('wrangler.toml') }).vars.PUBLIC_URL
  return typeof url === 'string' && url !== '' ? url : null
}

/** A new address may need some seconds until it answers everywhere. */
async function smokeWithPatience(url: string): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const results = await runSmokeTest(url, true)
    const isGood = results.every((result) => result.outcome !== 'failed')
    if (isGood || attempt === SMOKE_ATTEMPTS) return reportSmoke(results)
    await sleep(SMOKE_PAUSE_MILLISECONDS)
  }
}

function reportSmoke(results: readonly SmokeResult[]): number {
  for (const result of results) console.log(describeSmoke(result))
  const failed = results.filter((result) => result.outcome === 'failed').length
  console.log(failed === 0 ? 'Smoke test passed' : `Smoke test failed: ${failed} of ${results.length} checks`)
  return failed === 0 ? 0 : 1
}

function requireUrl(url: string | null): string {
  if (url === null)
    throw new Error(
      'Cannot learn the address from wrangler: give it with "npm run deploy -- --public-url https://auth.example.com"',
    )
  return url
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'https:' && new URL(text).origin === text.replace(/\/$/, '')
}

function isLoopback(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)
}
