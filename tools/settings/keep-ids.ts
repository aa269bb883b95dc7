// Writes down, in deployment.toml, which database and which namespace a deployment has. What its owner wrote there stays as it is.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readRaw, SETTINGS } from './config-file.ts'
import type { Raw } from './merge.ts'

/** What is new; `null`: nothing is. */
export interface NewIds {
  readonly databaseId: string | null
  readonly namespaceId: string | null
}

const INTRODUCTION =
  "# What this deployment chooses, in wrangler.toml's own words, and before what that says: docs/deploying.md. Git ignores this file.\n"

/** @throws Error that says what to add by hand, where the file is written so that nothing can be added at its end */
export async function keepIds(root: string, environment: string | null, ids: NewIds): Promise<void> {
  const path = join(root, SETTINGS)
  const before = await readFile(path, 'utf8').catch(() => INTRODUCTION)
  const addition = describeIds(environment, ids)
  const temporary = join(root, `.postern-${process.pid}-${SETTINGS}`)
  try {
    const after = `${before.replace(/\n*$/, '\n')}\n${addition}`
    await writeFile(temporary, after)
    if (!(await says(temporary, environment, ids))) {
      throw new Error(
        `Cannot add to ${SETTINGS}. Write there, into the entry of the same binding where there is one, and deploy again:\n\n${addition}`,
      )
    }
    // In place: it may be a link to where its owner keeps it.
    await writeFile(path, after)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** A second entry of one binding adds to the first: merge.ts. */
function describeIds(environment: string | null, { databaseId, namespaceId }: NewIds): string {
  const table = (name: string) => `[[${environment === null ? '' : `env.${environment}.`}${name}]]`
  const database = [table('d1_databases'), 'binding = "DB"', `database_id = ${JSON.stringify(databaseId)}`]
  const namespace = [table('kv_namespaces'), 'binding = "SESSIONS"', `id = ${JSON.stringify(namespaceId)}`]
  const added = [...(databaseId === null ? [] : [database]), ...(namespaceId === null ? [] : [namespace])]
  return `# Of "npm run deploy":\n${added.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

async function says(path: string, environment: string | null, { databaseId, namespaceId }: NewIds): Promise<boolean> {
  const raw = await readRaw(path).catch(() => null)
  const place = environment === null ? raw : (raw?.env as Readonly<Record<string, Raw>> | undefined)?.[environment]
  const has = (list: unknown, field: string, id: string | null) =>
    id === null || (Array.isArray(list) && list.some((entry) => entry?.[field] === id))
  return has(place?.d1_databases, 'database_id', databaseId) && has(place?.kv_namespaces, 'id', namespaceId)
}
