// Asks a person on a terminal whether they mean it.
import { createInterface } from 'node:readline/promises'
import { UsageError } from '../operator/usage.ts'

/** Where a question can be seen. @throws UsageError where it cannot: then nobody has been asked */
export function findTerminal(): NodeJS.WriteStream {
  const terminal = [process.stderr, process.stdout].find(({ isTTY }) => isTTY)
  if (terminal) return terminal
  throw new UsageError('delete needs --yes where its question cannot be seen')
}

/** @throws Error where the answer is not yes */
export async function requireYes(question: string, output: NodeJS.WritableStream): Promise<void> {
  const asking = createInterface({ input: process.stdin, output })
  try {
    const answer = await asking.question(`${question} Type "yes": `)
    if (answer.trim().toLowerCase() !== 'yes') throw new Error('Nothing was done')
  } finally {
    asking.close()
  }
}
