// Asks a person on a terminal whether they mean it.
import { createInterface } from 'node:readline/promises'

/** @throws Error where the answer is not yes */
export async function requireYes(question: string): Promise<void> {
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await asking.question(`${question} Type "yes": `)
    if (answer.trim().toLowerCase() !== 'yes') throw new Error('Nothing was done')
  } finally {
    asking.close()
  }
}
