import { describe, expect, it } from 'vitest'
import { dryRunArguments, findDeployedUrl, planDeploy } from '../../../scripts/deploy/plan.ts'

type Options = Parameters<typeof planDeploy>[0]
const plan = (options: Omit<Options, 'environment' | 'databaseName'> & Partial<Options>) =>
  planDeploy({ environment: null, databaseName: 'postern', ...options })
const commands = (options: Parameters<typeof plan>[0]) =>
  plan(options).map((step) => (step.kind === 'smoke' ? 'smoke' : step.args.join(' ')))

describe('planDeploy()', () => {
  it('makes everything the first time, and learns the address', () => {
    expect(commands({ publicUrl: null, isPublicUrlConfigured: false, hasDatabase: false, secrets: [] })).toEqual([
      'd1 create postern',
      'd1 migrations apply DB --remote',
      'deploy --minify --keep-vars',
      'secret put AUTH_SECRET',
      'secret put ADMIN_KEY',
      'deploy --minify --var PUBLIC_URL:<the address that was deployed to>',
      'smoke',
    ])
  })

  it('only migrates, deploys and tests when everything is there', () => {
    const given = { publicUrl: 'https://auth.example.com', hasDatabase: true, secrets: ['AUTH_SECRET', 'ADMIN_KEY'] }
    expect(commands({ ...given, isPublicUrlConfigured: false })).toEqual([
      'd1 migrations apply DB --remote',
      'deploy --minify --var PUBLIC_URL:https://auth.example.com',
      'smoke',
    ])
    expect(commands({ ...given, isPublicUrlConfigured: true })[1]).toBe('deploy --minify')
  })

  it('names the environment in every command, and its own database', () => {
    const given = { environment: 'staging', databaseName: 'postern-staging', publicUrl: null, isPublicUrlConfigured: false }
    expect(commands({ ...given, hasDatabase: false, secrets: [] }).slice(0, -1)).toEqual([
      'd1 create postern-staging --env staging',
      'd1 migrations apply DB --remote --env staging',
      'deploy --minify --keep-vars --env staging',
      'secret put AUTH_SECRET --env staging',
      'secret put ADMIN_KEY --env staging',
      'deploy --minify --var PUBLIC_URL:<the address that was deployed to> --env staging',
    ])
    expect(dryRunArguments('out', 'staging').slice(-2)).toEqual(['--env', 'staging'])
  })

  it('never puts a secret on a command line, and sets those that are missing only', () => {
    const given = { publicUrl: null, isPublicUrlConfigured: false, hasDatabase: true }
    const set = (secrets: readonly string[]) =>
      plan({ ...given, secrets }).flatMap((step) => (step.kind === 'secret' ? [step.args] : []))
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
