// Makes the local state when it is missing; wrangler.toml's [build] command, so that plain `npx wrangler dev` works too.
// For a deploy it makes the assets only: a deployed worker's secrets and database are not this machine's.
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { DEFAULT_PERSIST_DIRECTORY, inProject, PROJECT_ROOT, packageFolder } from '../project.ts'
import { CODE_CONFIG, environmentOfProcess, prepareConfig, SETTINGS } from '../settings/config-file.ts'
import { readRoutedConfig } from './dev-config.ts'
import { readDevSettings } from './dev-settings.ts'
import { ensureAssets, ensureDatabase, ensureDevVars, packageVersion } from './local-state.ts'
import { describeLeftOutSettings, describeOldWrangler, findPlainWrangler } from './plain-wrangler.ts'
import { findWrongPublicUrl } from './public-url.ts'
import { makeStateDirectory } from './state-directory.ts'
import { noteServer } from './state-holder.ts'
import { requireNoOrphan } from './state-orphans.ts'

/** For a command of the operator, or a server that is about to end. */
const PATIENCE_MILLISECONDS = 10_000

try {
  // `npm run dev` has prepared already, for the state directory that was asked for, and holds it.
  if (process.env.POSTERN_PREPARED !== '1') await prepare()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function prepare(): Promise<void> {
  const { values } = parseArgs({ options: { 'persist-to': { type: 'string' } } })
  await ensureAssets(PROJECT_ROOT)
  const command = process.env.WRANGLER_COMMAND
  const { path, isChanged } = await prepareConfig()
  const wrangler = command === 'dev' ? await findPlainWrangler() : null
  const config = wrangler?.config ?? path
  // One that was told to read wrangler.toml has read what that says.
  if (isChanged && command !== undefined && wrangler?.config !== inProject(CODE_CONFIG)) {
    throw new Error(`${SETTINGS} has changed since this command read the configuration: give it again`)
  }
  if (command !== undefined && command !== 'dev') return
  if (await ensureDevVars(PROJECT_ROOT)) console.log('Made .dev.vars with a secret of its own')
  const persistDirectory = values['persist-to'] ?? wrangler?.persistDirectory ?? DEFAULT_PERSIST_DIRECTORY
  if (wrangler && (await readRoutedConfig(config)) !== null) {
    console.warn(
      'The configuration has routes: wrangler answers for the first of them, whatever the browser asks for, and the mailbox stays shut. "npm run dev" leaves them out',
    )
  }
  await makeStateDirectory(persistDirectory)
  if (wrangler) {
    const warnings = [
      describeOldWrangler(wrangler, await packageVersion(packageFolder('wrangler'))),
      describeLeftOutSettings(wrangler, path),
      await findWrongPublicUrl(wrangler, config, await readFile(inProject('.dev.vars'), 'utf8')),
    ]
    for (const warning of warnings) if (warning !== null) console.warn(warning)
    const settings = await readDevSettings(wrangler.servedConfig ?? config)
    const port = wrangler.port ?? settings.port
    const url = port === undefined ? null : `${wrangler.protocol ?? settings.protocol ?? 'http'}://localhost:${port}`
    const onWait = (whoFor: string) => console.log(`Waiting for ${whoFor}, which works on ${persistDirectory} …`)
    await noteServer(persistDirectory, { pid: wrangler.pid, url }, { onWait, patience: PATIENCE_MILLISECONDS })
    await requireNoOrphan(persistDirectory, wrangler.pid)
  }
  const environment = wrangler?.environment ?? environmentOfProcess()
  if (await ensureDatabase({ root: PROJECT_ROOT, persistDirectory, config: wrangler?.config ?? null, environment }))
    console.log('Migrated the local database')
}
