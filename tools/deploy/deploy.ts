// `npm run deploy`: database, migrations, worker, secret, address, and a smoke test of what is then live. `--dry-run`
// builds only; `--smoke URL` tests only. No secret is ever printed, and none but the admin key written to a file.
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ensureAssets } from '../dev/local-state.ts'
import { isLoopback } from '../loopback.ts'
import { requireNothingKept } from '../npm-options.ts'
import { inProject, PROJECT_ROOT } from '../project.ts'
import { captureTool, runTool, type ToolResult } from '../run-tool.ts'
import { configFile, environmentOfProcess } from '../settings/config-file.ts'
import { BUNDLE_LIMIT_BYTES, describeSize, gzipSizeOf } from './bundle-size.ts'
import { readDeployments } from './deployment.ts'
import { performDeploy } from './perform.ts'
import { dryRunArguments } from './plan.ts'
import { requireWhole } from './resources.ts'
import { describeSmoke, runSmokeTest, type SmokeResult } from './smoke.ts'

const USAGE = 'Usage: npm run deploy -- [--env NAME] [--public-url https://auth.example.com] [--dry-run] [--smoke URL]'
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
  const environment = options.env ?? environmentOfProcess()
  return options['dry-run'] ? dryRun(environment) : deploy(environment, options['public-url'] ?? null)
}

function readOptions() {
  try {
    const options = {
      env: { type: 'string' },
      'public-url': { type: 'string' },
      'dry-run': { type: 'boolean' },
      smoke: { type: 'string' },
    } as const
    requireNothingKept(Object.keys(options))
    const { values } = parseArgs({ options })
    const publicUrl = values['public-url']
    if (values.env !== undefined && !/^[\w-]{1,64}$/.test(values.env)) throw new Error('--env must be the name of an environment')
    if (publicUrl !== undefined && !isOrigin(publicUrl)) throw new Error('--public-url must be an https origin without a path')
    if (values.smoke !== undefined && !URL.canParse(values.smoke)) throw new Error('--smoke must be a URL')
    return values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`)
    return null
  }
}

async function dryRun(environment: string | null): Promise<number> {
  const directory = inProject(DRY_RUN_DIRECTORY)
  await rm(directory, { recursive: true, force: true })
  const { target } = await readDeployments(environment)
  requireWhole(target, true)
  const code = await runTool('wrangler', await pinned(dryRunArguments(directory, environment)))
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

async function deploy(environment: string | null, givenUrl: string | null): Promise<number> {
  const target = { root: PROJECT_ROOT, deployments: await readDeployments(environment), givenUrl }
  const echo = ({ stdout, stderr }: ToolResult) => {
    process.stdout.write(stdout)
    process.stderr.write(stderr)
  }
  const wrangler = async (args: readonly string[], input: string) => captureTool('wrangler', await pinned(args), input)
  return smokeWithPatience(await performDeploy(target, { wrangler, say: console.log, echo }))
}

/** On the configuration that was read, which ids may have been added to meanwhile, and on no environment but the one that is named. */
async function pinned(args: readonly string[]): Promise<readonly string[]> {
  return [...args, '--config', await configFile(), ...(args.includes('--env') ? [] : ['--env='])]
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

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'https:' && new URL(text).origin === text.replace(/\/$/, '')
}
