// Runs a client that is a shell script, as its user does: with nothing but a shell and curl.
import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { cleanEnvironment } from '../e2e/server.ts'

const pathOf = (name: string) => join(import.meta.dirname, name)
const environment = () => ({ ...cleanEnvironment(), no_proxy: '*' })

/** @returns the lines it printed @throws where it did not end with 0 */
export async function runProgram(name: string, ...args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('bash', [pathOf(name), ...args], { env: environment() })
  return stdout.trimEnd().split('\n')
}

export interface Program {
  /** Wakes it, and resolves to the line that it prints then. */
  wake(): Promise<string>
  /** Ends its input, and waits for its end. */
  end(): Promise<void>
}

/** One that goes on for as long as there is input. */
export function startProgram(name: string, ...args: readonly string[]): Program {
  const child = spawn('bash', [pathOf(name), ...args], { env: environment(), stdio: ['pipe', 'pipe', 'inherit'] })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    async wake() {
      child.stdin.write('\n')
      const { value, done } = await lines.next()
      if (done) throw new Error(`${name} has ended`)
      return value
    },
    async end() {
      child.stdin.end()
      await closed
    },
  }
}
