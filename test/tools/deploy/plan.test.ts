import { describe, expect, it } from 'vitest'
import { dryRunArguments, findDeployedUrl, planDeploy } from '../../../tools/deploy/plan.ts'

type Options = Parameters<typeof planDeploy>[0]
const EVERYTHING: Options = {
  ...{ environment: null, newDatabase: null, newNamespace: null, hasNewIds: false },
  ...{ publicUrl: null, isPublicUrlConfigured: false, secrets: [] },
}
const plan = (options: Partial<Options>) => planDeploy({ ...EVERYTHING, ...options })
const commands = (options: Partial<Options>) => plan(options).map((step) => ('args' in step ? step.args.join(' ') : step.kind))

describe('planDeploy()', () => {
  it('makes everything the first time, notes the ids before anything is put there, and learns the address', () => {
    expect(commands({ newDatabase: 'postern', newNamespace: 'postern-sessions', hasNewIds: true })).toEqual([
      'd1 create postern',
      'kv namespace create postern-sessions',
      'keep-ids',
      'd1 migrations apply DB --remote',
      'deploy --minify --keep-vars',
      'secret put AUTH_SECRET',
      'secret put ADMIN_KEY',
      'deploy --minify --var PUBLIC_URL:<the address that was deployed to>',
      'smoke',
    ])
  })

  it('only migrates, deploys and tests when everything is there', () => {
    const given = { publicUrl: 'https://auth.example.com', secrets: ['AUTH_SECRET', 'ADMIN_KEY'] }
    expect(commands({ ...given, isPublicUrlConfigured: false })).toEqual([
      'd1 migrations apply DB --remote',
      'deploy --minify --var PUBLIC_URL:https://auth.example.com',
      'smoke',
    ])
    expect(commands({ ...given, isPublicUrlConfigured: true })[1]).toBe('deploy --minify')
  })

  it('names the environment in every command about its worker, and makes what is named, whole', () => {
    const made = { newDatabase: 'postern-staging', newNamespace: 'postern-staging-sessions' }
    expect(commands({ environment: 'staging', ...made }).slice(0, -1)).toEqual([
      'd1 create postern-staging',
      'kv namespace create postern-staging-sessions',
      'd1 migrations apply DB --remote --env staging',
      'deploy --minify --keep-vars --env staging',
      'secret put AUTH_SECRET --env staging',
      'secret put ADMIN_KEY --env staging',
      'deploy --minify --var PUBLIC_URL:<the address that was deployed to> --env staging',
    ])
    expect(dryRunArguments('out', 'staging').slice(-2)).toEqual(['--env', 'staging'])
  })

  it('never puts a secret on a command line, and sets those that are missing only', () => {
    const set = (secrets: readonly string[]) => plan({ secrets }).flatMap((step) => (step.kind === 'secret' ? [step.args] : []))
    expect(set([])).toEqual([
      ['secret', 'put', 'AUTH_SECRET'],
      ['secret', 'put', 'ADMIN_KEY'],
    ])
    expect(set(['AUTH_SECRET', 'OTHER'])).toEqual([['secret', 'put', 'ADMIN_KEY']])
  })

  it('builds a dry run that uploads nothing', () => {
    expect(dryRunArguments('out', null)).toEqual(['deploy', '--dry-run', '--outdir', 'out', '--minify'])
  })
})

describe('findDeployedUrl()', () => {
  it("finds the worker's address in what wrangler printed", () => {
    const output =
      'Uploaded postern (3.21 sec)\nDeployed postern triggers (1 sec)\n  https://postern.some-one.workers.dev\n  schedule: */5 * * * *\n'
    expect(findDeployedUrl(output)).toBe('https://postern.some-one.workers.dev')
    expect(findDeployedUrl('See https://developers.cloudflare.com/workers/')).toBeNull()
  })
})
