// What an import or an export says when the service goes away in the middle of it.
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createAdminClient } from '../../../cli/operator/admin-client.ts'
import { exportUsers, importUsers } from '../../../cli/user/transfer.ts'

const KEY = `padm_${'k'.repeat(43)}`
const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

/** @param answer what comes of an answer before its connection is cut */
async function startBreaking(answer: string) {
  const listener: RequestListener = (request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
    if (request.url?.includes('/users')) return void response.end('{"users":[]}')
    request.resume().once('end', () => {
      response.write(answer)
      setTimeout(() => response.destroy(), 20)
    })
  }
  const server = createServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  stops.push(() => server.close())
  const files: string[] = []
  const told: string[] = []
  const deps = {
    admin: createAdminClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, KEY),
    isJson: false,
    show: async (text: string) => void told.push(text),
    report: (line: string) => void told.push(line),
    async *readFile() {
      yield new TextEncoder().encode('{"email":"a@example.com"}\n')
    },
    async writeFile(_: string, chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) files.push(new TextDecoder().decode(chunk))
      return files.length
    },
  }
  return { deps, written: () => files.join(''), told }
}

describe('a service that goes away', () => {
  it('leaves an export of whole lines, that says how to go on', async () => {
    const { deps, written } = await startBreaking('{"id":"a"}\n{"id":"b"}\n{"id":"c","ema')
    await expect(exportUsers({ file: 'users', after: null }, deps)).rejects.toThrow(
      /^The export broke off after 2 users \(\w+\)\. Go on into another file with --after b$/,
    )
    expect(written()).toBe('{"id":"a"}\n{"id":"b"}\n')
  })

  it('before the first line of an export says to run it again, or from where it was asked to begin', async () => {
    const { deps } = await startBreaking('{"id"')
    await expect(exportUsers({ file: 'users', after: null }, deps)).rejects.toThrow(/after 0 users \(\w+\)\. Run it again$/)
    await expect(exportUsers({ file: 'users', after: 'z' }, deps)).rejects.toThrow(/--after z$/)
  })

  it('tells whoever imports to run it again', async () => {
    const { deps, told } = await startBreaking('{"written":0,"of":3}\n{"written":1,"of":3}\n')
    await expect(importUsers({ file: 'users', isDryRun: false }, deps)).rejects.toThrow(
      /^The import broke off \(\w+\)\. Run it again: what is written is left alone$/,
    )
    expect(told).toEqual(['1 of 3 written'])
  })
})
