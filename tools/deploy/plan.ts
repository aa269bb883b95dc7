// What a deploy does, in order, as data: wrangler commands and the checks around them. Nothing here runs anything.
import { SETTINGS } from '../settings/config-file.ts'

export interface DeployOptions {
  /** Of the configuration; `null`: the top level. */
  readonly environment: string | null
  /** The name of the database to make; `null`: it is there. */
  readonly newDatabase: string | null
  /** The title of the namespace to make; `null`: it is there. */
  readonly newNamespace: string | null
  /** Whether the configuration names neither of the two by its id yet, or not both. */
  readonly hasNewIds: boolean
  /** From --public-url, or else from the configured vars; `null` when nobody said. */
  readonly publicUrl: string | null
  readonly isPublicUrlConfigured: boolean
  /** Those of the worker that are set. */
  readonly secrets: readonly string[]
}

export type DeployStep =
  /** What wrangler says then, that its id is to be put into the configuration, is done by the step after. */
  | { readonly kind: 'make'; readonly what: string; readonly args: readonly string[] }
  | { readonly kind: 'wrangler'; readonly what: string; readonly args: readonly string[] }
  /** Writes the ids down, so that from then on nothing is looked for by its name. */
  | { readonly kind: 'keep-ids'; readonly what: string }
  /** Deploys, and reads the worker's address from the output. */
  | { readonly kind: 'deploy'; readonly what: string; readonly args: readonly string[] }
  /** The value goes through standard input only. */
  | { readonly kind: 'secret'; readonly name: DeploySecret; readonly what: string; readonly args: readonly string[] }
  | { readonly kind: 'smoke'; readonly what: string }

/** What a worker cannot do without, and what its operators' programs send. */
export const DEPLOY_SECRETS = ['AUTH_SECRET', 'ADMIN_KEY'] as const
export type DeploySecret = (typeof DEPLOY_SECRETS)[number]

/** Stands for the address that the first deploy tells. */
export const LEARNED_URL = '<the address that was deployed to>'

/**
 * Everything that the worker is bound to is made here, so that `wrangler deploy` has nothing to make up. Migrations go first, so that new code
 * never meets an old schema; hence they must suit the code that still runs, too.
 */
export function planDeploy(options: DeployOptions): readonly DeployStep[] {
  const { environment, newDatabase, newNamespace, hasNewIds, publicUrl, isPublicUrlConfigured, secrets } = options
  const made: DeployStep[] = []
  // Both names are whole: with an environment, wrangler would put its name before that of the namespace.
  if (newDatabase !== null)
    made.push({ kind: 'make', what: `Make the database ${newDatabase}`, args: ['d1', 'create', newDatabase] })
  if (newNamespace !== null) {
    made.push({ kind: 'make', what: `Make the namespace ${newNamespace}`, args: ['kv', 'namespace', 'create', newNamespace] })
  }
  if (hasNewIds) made.push({ kind: 'keep-ids', what: `Keep the ids in ${SETTINGS}` })
  const steps: DeployStep[] = []
  steps.push({ kind: 'wrangler', what: 'Migrate the database', args: ['d1', 'migrations', 'apply', 'DB', '--remote'] })
  if (publicUrl !== null) {
    steps.push({ kind: 'deploy', what: 'Deploy', args: deployArguments(isPublicUrlConfigured ? null : publicUrl) })
  } else {
    // The variables of the deployment before stay, so that a worker that knows its address does not forget it meanwhile.
    steps.push({ kind: 'deploy', what: 'Deploy, to learn the address', args: [...deployArguments(null), '--keep-vars'] })
  }
  for (const name of DEPLOY_SECRETS) {
    if (!secrets.includes(name)) steps.push({ kind: 'secret', name, what: `Set ${name}`, args: ['secret', 'put', name] })
  }
  if (publicUrl === null) steps.push({ kind: 'deploy', what: 'Deploy with PUBLIC_URL', args: deployArguments(LEARNED_URL) })
  return [...made, ...steps.map((step) => inEnvironment(step, environment)), { kind: 'smoke', what: 'Smoke test over HTTP' }]
}

export function dryRunArguments(outputDirectory: string, environment: string | null): readonly string[] {
  return ['deploy', '--dry-run', '--outdir', outputDirectory, '--minify', ...environmentArguments(environment)]
}

/** The first https address in what `wrangler deploy` printed. */
export function findDeployedUrl(output: string): string | null {
  return /https:\/\/[a-z0-9.-]+\.workers\.dev\b/i.exec(output)?.[0] ?? null
}

/** For every command of wrangler about the worker. */
export function environmentArguments(environment: string | null): readonly string[] {
  return environment === null ? [] : ['--env', environment]
}

function inEnvironment<Step extends DeployStep>(step: Step, environment: string | null): Step {
  return 'args' in step ? { ...step, args: [...step.args, ...environmentArguments(environment)] } : step
}

function deployArguments(publicUrl: string | null): readonly string[] {
  return ['deploy', '--minify', ...(publicUrl === null ? [] : ['--var', `PUBLIC_URL:${publicUrl}`])]
}
