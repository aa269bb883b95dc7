// The README's walk with curl, pasted into bash as a newcomer would: all its blocks, in order, against a real server.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inProject } from '../../../tools/project.ts'
import { type Server, startServer } from '../../support/e2e/server.ts'

const HEADING = '## A walk with curl'
const README_URL = 'http://localhost:8787'

let server: Server

beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server?.stop())

/** The ```sh blocks under this heading. */
function readBlocks(markdown: string, heading: string): readonly string[] {
  const [, section = ''] = markdown.split(`\n${heading}\n`)
  const [untilNextHeading = ''] = section.split('\n## ')
  return [...untilNextHeading.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block)
}

describe("the README's walk with curl", () => {
  it('goes from register to logout when its blocks are pasted in order', async () => {
    const blocks = readBlocks(await readFile(inProject('README.md'), 'utf8'), HEADING)
    const script = blocks.join('')
    expect(script).toContain(README_URL)
    for (const endpoint of ['register', 'verify-email', 'login', 'me', 'sessions', 'refresh', 'logout']) {
      expect(script).toContain(`/api/v1/auth/${endpoint}`)
    }

    const here = script.replaceAll(README_URL, server.url)
    const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-euc', here], {
      env: { ...process.env, NO_PROXY: 'localhost' },
    })

    const lines = stdout.trim().split('\n')
    expect(lines.at(0)).toContain('"message":"registration successful, please verify your email before login"')
    expect(lines.at(-1)).toBe('{"message":"Logged out"}')
    // Every refusal carries a code.
    expect(lines.filter((line) => line.includes('"code":'))).toEqual([])
    expect(stderr).toBe('')
  })
})
