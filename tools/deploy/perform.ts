// Carries out a deploy: the steps of the plan, by wrangler, and what is kept of them for the operator's commands. The tool is an argument.
import { randomBytes } from 'node:crypto'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { ToolResult } from '../run-tool.ts'
import { SETTINGS } from '../settings/config-file.ts'
import { keepIds } from '../settings/keep-ids.ts'
import { keepAdminKey } from './admin-key.ts'
import type { Deployment, Deployments } from './deployment.ts'
import { keepUrl, readKeptUrl } from './kept-url.ts'
import { type DeploySecret, type DeployStep, environmentArguments, findDeployedUrl, LEARNED_URL, planDeploy } from './plan.ts'
import { type Account, findResources, listLeftOut, namespaceTitle, requireWhole } from './resources.ts'

export interface DeployTarget {
  /** Where the copies are kept. */
  readonly root: string
  readonly deployments: Deployments
  /** Of the command line, which counts before that of the configuration. */
  readonly givenUrl: string | null
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
  const { root, deployments, givenUrl } = target
  const { environment, publicUrl: configuredUrl, databaseName, databaseId, namespaceId } = deployments.target
  requireWhole(deployments.target, givenUrl !== null)
  await requireLogin(tools)
  const [account, secrets] = await Promise.all([readAccount(tools), listSecrets(environment, tools)])
  const found = findResources(deployments, account)
  const leftOut = listLeftOut(deployments)
  if (leftOut.length > 0)
    tools.say(`${environment} inherits no vars and no services: ${leftOut.join(', ')} of the top level are not set in it`)
  const hasNewIds = databaseId === null || namespaceId === null
  if (secrets.length > 0 && hasNewIds && !(await hasSettings(root))) {
    throw new Error(
      `Cannot deploy: ${deployments.target.workerName} is deployed already, and ${SETTINGS} with its settings is not here: a deploy would end them. Copy it from where it was made; if there is none, make an empty one`,
    )
  }
  const knownUrl = givenUrl ?? configuredUrl ?? (await findKnownUrl(root, deployments.target))
  const steps = planDeploy({
    environment,
    newDatabase: found.databaseId === null ? databaseName : null,
    newNamespace: found.namespaceId === null ? namespaceTitle(deployments.target) : null,
    hasNewIds,
    publicUrl: knownUrl,
    isPublicUrlConfigured: givenUrl === null && configuredUrl !== null,
    secrets,
  })
  let deployedUrl: string | null = null
  for (const step of steps) {
    tools.say(`\n── ${step.what}`)
    if (step.kind === 'keep-ids') await keepNewIds(target, tools)
    else if (step.kind !== 'smoke') deployedUrl = (await perform(step, target, deployedUrl, tools)) ?? deployedUrl
  }
  const url = knownUrl ?? requireUrl(deployedUrl)
  await keepUrl(root, environment, url)
  return url
}

/** Asked again, since both are there now. */
async function keepNewIds({ root, deployments }: DeployTarget, tools: DeployTools): Promise<void> {
  const { environment, databaseId, namespaceId } = deployments.target
  const made = findResources(deployments, await readAccount(tools))
  if (made.databaseId === null || made.namespaceId === null) {
    throw new Error("Cannot deploy: what was just made is not in the account's lists yet. Deploy again")
  }
  await keepIds(root, environment, {
    databaseId: databaseId === null ? made.databaseId : null,
    namespaceId: namespaceId === null ? made.namespaceId : null,
  })
  if (databaseId === null && environment === null) {
    tools.say(
      'wrangler keeps a local database for each id: the next "npm run dev" begins with an empty one. docs/deploying.md says how to go on with the one before',
    )
  }
}

/** What an earlier deploy learned: so a deploy is one version, and the one before it is what a roll-back goes to. */
async function findKnownUrl(root: string, { environment, workerName, hasWorkersDev }: Deployment): Promise<string | null> {
  const kept = hasWorkersDev ? await readKeptUrl(root, environment) : null
  const host = kept === null ? '' : new URL(kept).host
  return host.startsWith(`${workerName}.`) && host.endsWith('.workers.dev') ? kept : null
}

async function hasSettings(root: string): Promise<boolean> {
  return access(join(root, SETTINGS)).then(
    () => true,
    () => false,
  )
}

/** @returns the address, where the step tells one */
async function perform(
  step: Exclude<DeployStep, { kind: 'smoke' | 'keep-ids' }>,
  { root, deployments }: DeployTarget,
  deployedUrl: string | null,
  { wrangler, say, echo }: DeployTools,
): Promise<string | null> {
  const args = step.args.map((arg) => (arg.includes(LEARNED_URL) ? arg.replace(LEARNED_URL, requireUrl(deployedUrl)) : arg))
  const input = step.kind === 'secret' ? await makeSecret(step.name, root, deployments.target.environment, say) : ''
  const result = await wrangler(args, input)
  if (step.kind !== 'make' || result.code !== 0) echo(result)
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

async function requireLogin({ wrangler, echo }: DeployTools): Promise<void> {
  const result = await wrangler(['whoami', '--json'], '')
  if (result.code === 0) return
  if (/"loggedIn":\s*false/.test(result.stdout))
    throw new Error('Cannot deploy: wrangler is not signed in. Run "npx wrangler login", or set CLOUDFLARE_API_TOKEN')
  // Of a broken connection, or a token that is wrong, wrangler knows more.
  echo(result)
  throw new Error('Cannot deploy: Cloudflare has not said whose account this is. Above is what wrangler says of it')
}

async function readAccount({ wrangler }: DeployTools): Promise<Account> {
  const list = async (what: string, ...args: readonly string[]) => {
    const { code, stdout, stderr } = await wrangler(args, '')
    if (code !== 0) throw new Error(`Cannot list the account's ${what}: ${stderr || stdout}`)
    return entriesOf(stdout)
  }
  const [databases, namespaces] = await Promise.all([
    list('databases', 'd1', 'list', '--json'),
    list('namespaces', 'kv', 'namespace', 'list'),
  ])
  return {
    databases: databases.map(({ uuid, name }) => ({ id: String(uuid), name: String(name) })),
    namespaces: namespaces.map(({ id, title }) => ({ id: String(id), title: String(title) })),
  }
}

async function listSecrets(environment: string | null, { wrangler }: DeployTools): Promise<readonly string[]> {
  const args = ['secret', 'list', '--format', 'json', ...environmentArguments(environment)]
  const { code, stdout, stderr } = await wrangler(args, '')
  // Before the first deploy there is no worker to list secrets of. Any other failure must not end in a new AUTH_SECRET,
  // which would end every session and unseal nothing.
  if (code !== 0 && /Worker "[^"]*".* not found/.test(stdout + stderr)) return []
  if (code !== 0) throw new Error(`Cannot list the worker's secrets: ${stderr || stdout}`)
  return entriesOf(stdout).map(({ name }) => String(name))
}

/** wrangler's JSON may follow a note or two. */
function entriesOf(output: string): readonly Readonly<Record<string, unknown>>[] {
  const start = output.search(/^\[/m)
  if (start < 0) throw new Error(`Cannot read wrangler's answer: ${output}`)
  return JSON.parse(output.slice(start)) as readonly Readonly<Record<string, unknown>>[]
}

function requireUrl(url: string | null): string {
  if (url === null)
    throw new Error(
      'Cannot learn the address from wrangler: give it with "npm run deploy -- --public-url https://auth.example.com"',
    )
  return url
}
