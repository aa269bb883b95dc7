// Runs a client that is a shell script, as its user does: with nothing but a shell and curl.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cleanEnvironment } from '../server.ts'

/** @returns the lines it printed @throws where it did not end with 0 */
export async function runProgram(name: string, ...args: readonly string[]): Promise<readonly string[]> {
  const env = { ...cleanEnvironment(), no_proxy: '*' }
  const { stdout } = await promisify(execFile)('bash', [join(import.meta.dirname, name), ...args], { env })
  return stdout.trimEnd().split('\n')
}
