// What the configuration itself says of where a local server listens: `[dev]`, which counts where a command line says nothing.
import { readFile } from 'node:fs/promises'
import { readRaw } from '../settings/config-file.ts'
import type { Raw } from '../settings/merge.ts'

/** A member is absent where nothing is said. */
export interface DevSettings {
  readonly port?: number
  readonly ip?: string
  readonly protocol?: 'http' | 'https'
  readonly hasInspectorPort: boolean
}

/** @param file of wrangler's, absolute */
export async function readDevSettings(file: string): Promise<DevSettings> {
  // A look at the text says so most of the time: wrangler takes half a second to load.
  const text = await readFile(file, 'utf8').catch(() => '')
  if (!/^\s*\[?\s*dev\s*[\].=]|"dev"\s*:/m.test(text)) return { hasInspectorPort: false }
  return toDevSettings(await readRaw(file))
}

/** What is of a wrong type is wrangler's to refuse. */
export function toDevSettings({ dev }: Raw): DevSettings {
  const { port, ip, local_protocol: protocol, inspector_port: inspectorPort } = isTable(dev) ? dev : {}
  return {
    ...(typeof port === 'number' && { port }),
    ...(typeof ip === 'string' && { ip }),
    ...((protocol === 'http' || protocol === 'https') && { protocol }),
    hasInspectorPort: inspectorPort !== undefined,
  }
}

function isTable(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null
}
