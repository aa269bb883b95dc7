// Makes the local state when it is missing; wrangler.toml's [build] command, so that plain `npx wrangler dev` works too.
// For a deploy it makes the assets only: a deployed worker's secrets and database are not this machine's.
import { parseArgs } from 'node:util'
import { ensureAssets, ensureDatabase, ensureDevVars } from './local-state.ts'
import { DEFAULT_PERSIST_DIRECTORY, PROJECT_ROOT } from './project.ts'

try {
  // `npm run dev` has prepared already, for the state directory that was asked for, which this hook cannot know.
  if (process.env.POSTERN_PREPARED !== '1') await prepare()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function prepare(): Promise<void> {
  const { values } = parseArgs({ options: { 'persist-to': { type: 'string', default: DEFAULT_PERSIST_DIRECTORY } } })
  await ensureAssets(PROJECT_ROOT)
  const command = process.env.WRANGLER_COMMAND
  if (command !== undefined && command !== 'dev') return
  if (await ensureDevVars(PROJECT_ROOT)) console.log('Made .dev.vars with a secret of its own')
  const isMigrated = await ensureDatabase({ root: PROJECT_ROOT, persistDirectory: values['persist-to'] })
  if (isMigrated) console.log('Migrated the local database')
}
