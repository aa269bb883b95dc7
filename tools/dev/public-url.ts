// What a `wrangler dev` that was started without us says of its own address: it knows nothing of PUBLIC_URL, which mailed links and the issuer
// of tokens begin with, so that is as configured whatever port it serves.
import { readFile } from 'node:fs/promises'
import { environmentOfProcess } from '../settings/config-file.ts'
import { readWranglerConfig } from '../wrangler-config.ts'
import { DEFAULT_PORT, publicUrlOf, setsVariable } from './dev-arguments.ts'
import { readDevSettings } from './dev-settings.ts'
import type { PlainWrangler } from './plain-wrangler.ts'

/** As src/config/config.ts has it in development. */
const DEFAULT_PUBLIC_URL = 'http://localhost:8787'

/**
 * @param config that this wrangler reads of Postern, absolute; @param devVars the text of .dev.vars
 * @returns what to tell the developer; `null` where all is well, or where somebody has said what PUBLIC_URL is to be
 */
export async function findWrongPublicUrl(wrangler: PlainWrangler, config: string, devVars: string): Promise<string | null> {
  if (wrangler.isPublicUrlGiven || setsVariable(devVars, 'PUBLIC_URL')) return null
  // A look at the text says so most of the time: wrangler takes half a second to load.
  const mentions = async (path: string, word: RegExp) => word.test((await readFile(path, 'utf8')).replace(/^\s*(#|\/\/).*$/gm, ''))
  const settings = await readDevSettings(wrangler.servedConfig ?? config)
  const environment = wrangler.environment ?? environmentOfProcess()
  const configured = (await mentions(config, /\bPUBLIC_URL\b/)) ? (await readWranglerConfig(environment, config)).publicUrl : null
  return describeWrongPublicUrl(
    configured ?? DEFAULT_PUBLIC_URL,
    publicUrlOf(
      wrangler.ip ?? settings.ip,
      wrangler.port ?? settings.port ?? DEFAULT_PORT,
      wrangler.protocol ?? settings.protocol ?? 'http',
    ),
  )
}

/** @returns `null` where both are one */
function describeWrongPublicUrl(told: string, served: string): string | null {
  if (told === served) return null
  return `Mailed links and the issuer of tokens begin with ${told}, but this is served at ${served}. Use "npm run dev" in Postern's folder, where they follow; or write PUBLIC_URL=${served} into .dev.vars there, and start again`
}
