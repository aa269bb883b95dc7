// What a deploy does, in order, as data: wrangler commands and the checks around them. Nothing here runs anything.

export interface DeployOptions {
  /** Of wrangler.toml; `null`: the top level. */
  readonly environment: string | null
  readonly databaseName: string
  /** From --public-url, or else from wrangler.toml's [vars]; `null` when nobody said. */
  readonly publicUrl: string | null
  readonly isPublicUrlConfigured: boolean
  readonly hasDatabase: boolean
  /** Those of the worker that are set. */
  readonly secrets: readonly string[]
}

export type DeployStep =
  | { readonly kind: 'wrangler'; readonly what: string; readonly args: readonly string[] }
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
 * Migrations go first, so that new code never meets an old schema; hence they must suit the code that still runs, too.
 * `wrangler deploy` finds D1 by its name and makes the KV namespace itself.
 */
export function planDeploy(options: DeployOptions): readonly DeployStep[] {
  const { environment, databaseName, publicUrl, isPublicUrlConfigured, hasDatabase, secrets } = options
  const steps: DeployStep[] = []
  if (!hasDatabase) steps.push({ kind: 'wrangler', what: 'Make the database', args: ['d1', 'create', databaseName] })
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
  return [...steps.map((step) => inEnvironment(step, environment)), { kind: 'smoke', what: 'Smoke test over HTTP' }]
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
