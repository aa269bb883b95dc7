import { describe, expect, it } from 'vitest'
import { findResources, listLeftOut, requireWhole } from '../../../tools/deploy/resources.ts'
import { deployment } from '../../support/deployments.ts'

const ACCOUNT = {
  databases: [
    { id: 'd1', name: 'postern' },
    { id: 'd2', name: 'postern-staging' },
  ],
  namespaces: [
    { id: 'k1', title: 'postern-sessions' },
    { id: 'k2', title: 'postern-staging-sessions' },
  ],
}
const EMPTY = { databases: [], namespaces: [] }
const alone = (of: Parameters<typeof deployment>[0] = {}) => ({ target: deployment(of), others: [] })
const staging = (of: Parameters<typeof deployment>[0] = {}) => deployment({ environment: 'staging', ...of })

describe('findResources()', () => {
  it('finds what is named: by its id, or else by its name', () => {
    expect(findResources(alone(), ACCOUNT)).toEqual({ databaseId: 'd1', namespaceId: 'k1' })
    const named = { databaseName: null, databaseId: 'd2', namespaceId: 'k2' }
    expect(findResources(alone(named), ACCOUNT)).toEqual({ databaseId: 'd2', namespaceId: 'k2' })
    expect(findResources(alone(), EMPTY)).toEqual({ databaseId: null, namespaceId: null })
  })

  it.each([
    [{ databaseId: 'gone' }, 'Cannot deploy the top level: the account has no database gone, which is the database_id of DB'],
    [{ namespaceId: 'gone' }, 'Cannot deploy the top level: the account has no namespace gone, which is the id of SESSIONS'],
    [{ databaseId: 'd2' }, 'the database d2 is called postern-staging, and the configuration calls it postern'],
    [{ databaseName: null }, 'Cannot deploy the top level: DB has neither database_name nor database_id'],
  ])('makes nothing in place of what is named and not there: %j', (of, sentence) => {
    expect(() => findResources(alone(of), ACCOUNT)).toThrow(sentence)
  })

  it.each([
    ['the database', { databaseId: 'd1', databaseName: null }, {}],
    ['the database', { databaseName: 'postern' }, {}],
    ['the database', { databaseId: 'd1', databaseName: null }, { databaseId: 'd1', databaseName: null }],
    ['the namespace', { namespaceId: 'k1' }, {}],
    ['the worker postern', { workerName: 'postern', namespaceId: 'k2' }, {}],
    ['the route auth.example.com', { routes: ['auth.example.com'] }, { routes: ['auth.example.com'] }],
  ])('refuses an environment that has %s of the top level: %j', (what, of, top) => {
    const deployments = { target: staging(of), others: [deployment(top)] }
    expect(() => findResources(deployments, ACCOUNT)).toThrow(
      `Cannot deploy staging: it has ${what} of the top level. Each needs its own`,
    )
  })

  it('refuses one that has what another environment has', () => {
    const other = deployment({ environment: 'preview', databaseName: 'postern-staging' })
    expect(() => findResources({ target: staging(), others: [deployment(), other] }, ACCOUNT)).toThrow('the database of preview')
  })

  it('takes one with its own of everything, whether that is there yet or not', () => {
    const deployments = { target: staging(), others: [deployment({ routes: ['auth.example.com'] })] }
    expect(findResources(deployments, ACCOUNT)).toEqual({ databaseId: 'd2', namespaceId: 'k2' })
    expect(findResources(deployments, EMPTY)).toEqual({ databaseId: null, namespaceId: null })
  })
})

describe('requireWhole()', () => {
  it.each([
    [
      { missingBindings: ['DB', 'SESSIONS'] },
      'Cannot deploy staging: it names no DB, SESSIONS, and environments inherit no bindings',
    ],
    [{ objectsOf: ['postern'] }, 'Cannot deploy staging: it would work on the objects of postern'],
    [
      { hasWorkersDev: false },
      'Cannot deploy staging: it has routes and no workers.dev address, so PUBLIC_URL has to say where it answers',
    ],
  ])('refuses %j', (of, sentence) => {
    expect(() => requireWhole(staging(of), false)).toThrow(sentence)
  })

  it('takes an address from either place', () => {
    expect(() => requireWhole(staging({ hasWorkersDev: false }), true)).not.toThrow()
    expect(() => requireWhole(staging({ hasWorkersDev: false, publicUrl: 'https://a.example' }), false)).not.toThrow()
  })
})

it('listLeftOut() names what an environment does not inherit', () => {
  const others = [deployment({ settings: ['SIGN_UP', 'MAIL_FROM'] })]
  expect(listLeftOut({ target: staging({ settings: ['SIGN_UP'] }), others })).toEqual(['MAIL_FROM'])
  expect(listLeftOut({ target: deployment(), others: [staging({ settings: ['SIGN_UP'] })] })).toEqual([])
})
