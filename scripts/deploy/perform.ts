// Carries out a deploy: the steps of the plan, by wrangler, and what is kept of them for the operator's commands. The tool is an argument.
import { randomBytes } from 'node:crypto'
import type { ToolResult } from '../run-tool.ts'
import { keepAdminKey } from './admin-key.ts'
import { keepUrl } from './kept-url.ts'
import { type DeploySecret, type DeployStep, environmentArguments, findDeployedUrl, LEARNED_URL, planDeploy } from './plan.ts'

export interface DeployTarget {
  /** Where the copies are kept. */
  readonly root: string
  /** Of wrangler.toml; `null`: the top level. */
  readonly environment: string | null
  readonly databaseName: string
  /** Of the command line, which counts before that of the configuration. */
  readonly givenUrl: string | null
  readonly configuredUrl: string | null
}

export interface DeployTools {
  /** @param input for its standard input, never shown */
  readonly wrangler: (args: readonly string[], input: string) => Promise<ToolResult>
  readonly say: (line: string) => void
  /** What wrangler printed. */
  readonly echo: (result: ToolResult) => void
}

/** @returns where the service answers, to be tested @throws Error with one sentence */
export async function performDeploy(target: DeployTarget, tools: DeployTools): Promise<string> {
  const { root, environment, givenUrl, configuredUrl } = target
  await requireLogin(tools)
  const steps = planDeploy({
    ...{ environment, databaseName: target.databaseName },
    publicUrl: givenUrl ?? configuredUrl,
    isPublicUrlConfigured: givenUrl === null && configuredUrl !== null,
    hasDatabase: await hasDatabase(target.databaseName, tools),
    secrets: await listSecrets(environment, tools),
  })
  let deployedUrl: string | null = null
  for (const step of steps) {
    tools.say(`\n── ${step.what}`)
    if (step.kind !== 'smoke') deployedUrl = (await perform(step, target, deployedUrl, tools)) ?? deployedUrl
  }
  const url = givenUrl ?? configuredUrl ?? requireUrl(deployedUrl)
  await keepUrl(root, environment, url)
  return url
}

/** @returns the address, where the step tells one */
async function perform(
  step: Exclude<DeployStep, { kind: 'smoke' }>,
  { root, environment }: DeployTarget,
  deployedUrl: string | null,
  { wrangler, say, echo }: DeployTools,
): Promise<string | null> {
  const args = step.args.map((arg) => (arg.includes(LEARNED_URL) ? arg.replace(LEARNED_URL, requireUrl(deployedUrl)) : arg))
  const input = step.kind === 'secret' ? await makeSecret(step.name, root, environment, say) : ''
  const result = await wrangler(args, input)
  echo(result)
  if (result.code !== 0) throw new Error(`Cannot deploy: "wrangler ${args.slice(0, 3).join(' ')}" failed`)
  return step.kind === 'deploy' ? findDeployedUrl(result.stdout) : null
}

/** Of the admin key a copy is kept, for the programs that send it; of AUTH_SECRET none, since nobody has to know it. */
async function makeSecret(
  name: DeploySecret,
  root: string,
  environment: string | null,
  say: (line: string) => void,
): Promise<string> {
  if (name === 'AUTH_SECRET') return randomBytes(32).toString('base64url')
  const { key, path } = await keepAdminKey(root, environment)
  say(`Its copy is in ${path}, for you alone: keep it`)
  return key
}

async function requireLogin({ wrangler }: DeployTools): Promise<void> {
  const { code } = await wrangler(['whoami', '--json'], '')
  if (code !== 0) throw new Error('Cannot deploy: wrangler is not signed in. Run "npx wrangler login", or set CLOUDFLARE_API_TOKEN')
}

async function hasDatabase(databaseName: string, { wrangler }: DeployTools): Promise<boolean> {
  const { code, stdout, stderr } = await wrangler(['d1', 'list', '--json'], '')
  if (code !== 0) throw new Error(`Cannot list the account's databases: ${stderr || stdout}`)
  return namesIn(stdout).includes(databaseName)
}

async function listSecrets(environment: string | null, { wrangler }: DeployTools): Promise<readonly string[]> {
  const args = ['secret', 'list', '--format', 'json', ...environmentArguments(environment)]
  const { code, stdout, stderr } = await wrangler(args, '')
  // Before the first deploy there is no worker to list secrets of. Any other failure must not end in a new AUTH_SECRET,
  // which would end every session and unseal nothing.
  if (code !== 0 && /Worker "[^"]*".* not found/.test(stdout + stderr)) return []
  if (code !== 0) throw new Error(`Cannot list the worker's secrets: ${stderr || stdout}`)
  return namesIn(stdout)
}

/** wrangler's JSON may follow a note or two. */
function namesIn(output: string): readonly string[] {
  const start = output.search(/^\[/m)
  if (start < 0) throw new Error(`Cannot read wrangler's answer: ${output}`)
  return (JSON.parse(output.slice(start)) as readonly { readonly name?: unknown }[]).map(({ name }) => String(name))
}

function requireUrl(url: string | null): string {
  if (url === null)
    throw new Error(
      'Cannot learn the address from wrangler: give it with "npm run deploy -- --public-url https://auth.example.com"',
    )
  return url
}
