import { describe, expect, it } from 'vitest'
import { dryRunArguments, findDeployedUrl, planDeploy } from '../../../scripts/deploy/plan.ts'

const commands = (options: Parameters<typeof planDeploy>[0]) =>
  planDeploy(options).map((step) => (step.kind === 'smoke' ? 'smoke' : step.args.join(' ')))

describe('planDeploy()', () => {
  it('makes everything the first time, and learns the address', () => {
    expect(commands({ publicUrl: null, isPublicUrlConfigured: false, hasDatabase: false, hasSecret: false })).toEqual([
      'd1 create postern',
      'd1 migrations apply DB --remote',
      'deploy --minify --keep-vars',
      'secret put AUTH_SECRET',
      'deploy --minify --var PUBLIC_URL:<the address that was deployed to>',
      'smoke',
    ])
  })

  it('only migrates, deploys and tests when everything is there', () => {
    const given = { publicUrl: 'https://auth.example.com', hasDatabase: true, hasSecret: true }
    expect(commands({ ...given, isPublicUrlConfigured: false })).toEqual([
      'd1 migrations apply DB --remote',
      'deploy --minify --var PUBLIC_URL:https://auth.example.com',
      'smoke',
    ])
    expect(commands({ ...given, isPublicUrlConfigured: true })[1]).toBe('deploy --minify')
  })

  it('never puts a secret on a command line', () => {
    const secret = planDeploy({ publicUrl: null, isPublicUrlConfigured: false, hasDatabase: true, hasSecret: false }).find(
      ({ kind }) => kind === 'secret',
    )
    expect(secret).toMatchObject({ args: ['secret', 'put', 'AUTH_SECRET'] })
  })

  it('builds a dry run that uploads nothing', () => {
    expect(dryRunArguments('out')).toEqual(['deploy', '--dry-run', '--outdir', 'out', '--minify'])
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
