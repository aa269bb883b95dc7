// Which database and which namespace of the account a deployment has, and whether they are its own. Pure.
import type { Deployment, Deployments } from './deployment.ts'

/** What the account has. */
export interface Account {
  readonly databases: readonly { readonly id: string; readonly name: string }[]
  readonly namespaces: readonly { readonly id: string; readonly title: string }[]
}

/** `null`: it has to be made. */
export interface Resources {
  readonly databaseId: string | null
  readonly namespaceId: string | null
}

/** wrangler would call it the same if it had to make one. */
export function namespaceTitle({ workerName }: Deployment): string {
  return `${workerName}-sessions`
}

/** What has to be asked before anything is asked of the account. @throws Error with one sentence */
export function requireWhole(
  { environment, missingBindings, objectsOf, publicUrl, hasWorkersDev }: Deployment,
  hasUrl: boolean,
): void {
  const where = nameOf(environment)
  if (missingBindings.length > 0) {
    throw new Error(
      `Cannot deploy ${where}: it names no ${missingBindings.join(', ')}, and environments inherit no bindings. Write the environment into deployment.toml, where it gets them (docs/deploying.md), or name them in wrangler.toml`,
    )
  }
  if (objectsOf.length > 0) throw new Error(`Cannot deploy ${where}: it would work on the objects of ${objectsOf.join(', ')}`)
  if (!hasWorkersDev && publicUrl === null && !hasUrl) {
    throw new Error(`Cannot deploy ${where}: it has routes and no workers.dev address, so PUBLIC_URL has to say where it answers`)
  }
}

/** @throws Error with one sentence, where it names what is not there, or what is another environment's */
export function findResources({ target, others }: Deployments, account: Account): Resources {
  const resources = { databaseId: findDatabase(target, account), namespaceId: findNamespace(target, account) }
  // An environment may share nothing with any other; the top level is nobody's guest.
  if (target.environment !== null) for (const other of others) requireApart(target, resources, other, account)
  return resources
}

function findDatabase({ environment, databaseId, databaseName }: Deployment, { databases }: Account): string | null {
  const where = nameOf(environment)
  if (databaseId === null) {
    if (databaseName === null) throw new Error(`Cannot deploy ${where}: DB has neither database_name nor database_id`)
    return databases.find(({ name }) => name === databaseName)?.id ?? null
  }
  const found = databases.find(({ id }) => id === databaseId)
  if (!found) throw new Error(`Cannot deploy ${where}: the account has no database ${databaseId}, which is the database_id of DB`)
  if (databaseName !== null && found.name !== databaseName) {
    throw new Error(
      `Cannot deploy ${where}: the database ${databaseId} is called ${found.name}, and the configuration calls it ${databaseName}`,
    )
  }
  return databaseId
}

function findNamespace(deployment: Deployment, { namespaces }: Account): string | null {
  const { environment, namespaceId } = deployment
  if (namespaceId === null) return namespaces.find(({ title }) => title === namespaceTitle(deployment))?.id ?? null
  if (namespaces.some(({ id }) => id === namespaceId)) return namespaceId
  throw new Error(`Cannot deploy ${nameOf(environment)}: the account has no namespace ${namespaceId}, which is the id of SESSIONS`)
}

function requireApart(target: Deployment, { databaseId, namespaceId }: Resources, other: Deployment, account: Account): void {
  const theirs = {
    database: other.databaseId ?? account.databases.find(({ name }) => name === other.databaseName)?.id ?? null,
    namespace: other.namespaceId ?? account.namespaces.find(({ title }) => title === namespaceTitle(other))?.id ?? null,
  }
  const isSame = (mine: string | null, its: string | null) => mine !== null && mine === its
  const shared = [
    ...(target.workerName === other.workerName ? [`the worker ${target.workerName}`] : []),
    ...(isSame(databaseId, theirs.database) || isSame(target.databaseName, other.databaseName) ? ['the database'] : []),
    ...(isSame(namespaceId, theirs.namespace) ? ['the namespace'] : []),
    ...target.routes.filter((route) => other.routes.includes(route)).map((route) => `the route ${route}`),
  ]
  if (shared.length === 0) return
  throw new Error(
    `Cannot deploy ${nameOf(target.environment)}: it has ${shared.join(', ')} of ${nameOf(other.environment)}. Each needs its own`,
  )
}

/** Vars and services that the top level has and the environment does not, since it inherits none. */
export function listLeftOut({ target, others }: Deployments): readonly string[] {
  if (target.environment === null) return []
  const top = others.find(({ environment }) => environment === null)
  return (top?.settings ?? []).filter((name) => !target.settings.includes(name))
}

export function nameOf(environment: string | null): string {
  return environment === null ? 'the top level' : environment
}
