import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { fetchHere, isLoopback } from '../../tools/loopback.ts'
import { makeCertificate } from '../support/e2e/certificate.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const closing: (() => void)[] = []
afterAll(() => {
  for (const close of closing) close()
})

/** A server with a certificate that it has made itself. */
async function serve(): Promise<string> {
  const { cert, key } = await makeCertificate(await temporaryDirectory(), 'localhost')
  const server = createServer({ cert, key }, (_, reply) => reply.end('hello'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  return `https://localhost:${(server.address() as AddressInfo).port}`
}

describe('fetchHere()', () => {
  it('takes the certificate of a server of this machine, and leaves everything else as strict as it was', async () => {
    const [one, other, third] = [await serve(), await serve(), await serve()]
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED
    const replies = await Promise.all([one, other].map((url) => fetchHere(url)))
    expect(await Promise.all(replies.map((reply) => reply.text()))).toEqual(['hello', 'hello'])
    expect(process.env.NODE_TLS_REJECT_UNAUTHORIZED).toBe(before)
    await expect(fetch(third)).rejects.toThrow('fetch failed')
    await expect(fetchHere('https://localhost:1')).rejects.toThrow()
    expect(process.env.NODE_TLS_REJECT_UNAUTHORIZED).toBe(before)
  })
})

describe('isLoopback()', () => {
  it.each(['http://localhost:8787', 'https://127.0.0.1', 'http://127.9.9.9/x', 'http://[::1]:80'])('is true of %s', (url) => {
    expect(isLoopback(url)).toBe(true)
  })

  it.each(['https://localhost.example.com', 'http://128.0.0.1', 'https://127.0.0.1.example.com'])('is false of %s', (url) => {
    expect(isLoopback(url)).toBe(false)
  })
})
