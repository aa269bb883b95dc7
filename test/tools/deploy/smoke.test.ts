import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { describeSmoke, runSmokeTest } from '../../../tools/deploy/smoke.ts'

const HEADERS = { 'Strict-Transport-Security': 'max-age=1', 'X-Content-Type-Options': 'nosniff', 'X-Request-Id': 'x' }

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const good: RequestListener = (request, response) => {
  const answers: Readonly<Record<string, readonly [number, string, Record<string, string>?]>> = {
    'GET /healthz': [200, '{}'],
    'GET /readyz': [200, '{}'],
    'GET /.well-known/jwks.json': [200, '{"keys":[{"kid":"a"}]}'],
    'GET /api/v1/auth/me': [401, '{}', { 'WWW-Authenticate': 'Bearer realm="x"' }],
    'POST /api/v1/auth/login': [401, '{}'],
  }
  const [status, body, headers] = answers[`${request.method} ${request.url}`] ?? [404, '{}']
  response.writeHead(status, { ...HEADERS, ...headers }).end(body)
}

describe('runSmokeTest()', () => {
  it('passes a good server, and says what it cannot check in development', async () => {
    const results = await runSmokeTest(await serve(good), false)
    expect(results.map(({ outcome }) => outcome)).toEqual([...Array(6).fill('passed'), 'not checked', 'not checked'])
  })

  it('takes a challenge for the refusal that it is, and no other 403', async () => {
    const guarded =
      (code: string): RequestListener =>
      (request, response) =>
        request.method === 'POST' ? response.writeHead(403, HEADERS).end(JSON.stringify({ code })) : good(request, response)
    const failed = async (code: string) => {
      const results = await runSmokeTest(await serve(guarded(code)), false)
      return results.filter(({ outcome }) => outcome === 'failed').map(({ detail }) => detail)
    }
    expect(await failed('challenge_failed')).toEqual([])
    expect(await failed('forbidden')).toEqual(['got 403'])
  })

  it('wants https and no mailbox of a deployment', async () => {
    const open: RequestListener = (request, response) =>
      request.url === '/dev/mailbox' ? response.writeHead(200, HEADERS).end() : good(request, response)
    const failed = (await runSmokeTest(await serve(open), true)).filter(({ outcome }) => outcome === 'failed')
    expect(failed.map(describeSmoke)).toEqual(['✗ /dev/mailbox is 404: got 200', '✗ the address is https: it is not'])
  })

  it('says of each check what is wrong', async () => {
    const results = await runSmokeTest(await serve((_, response) => void response.writeHead(503).end('{}')), false)
    expect(results.filter(({ outcome }) => outcome === 'failed')).toHaveLength(6)
    expect(results[0]?.detail).toBe('got 503')
  })

  it('finds a private key, and a missing one', async () => {
    const withKeys =
      (keys: string): RequestListener =>
      (request, response) =>
        request.url?.includes('jwks') ? response.writeHead(200, HEADERS).end(keys) : good(request, response)
    const detail = async (keys: string) => (await runSmokeTest(await serve(withKeys(keys)), false))[2]?.detail
    expect(await detail('{"keys":[{"d":"x"}]}')).toBe('got a private key')
    expect(await detail('{"keys":[]}')).toBe('got no key')
  })

  it('reports a server that is not there', async () => {
    const results = await runSmokeTest('http://127.0.0.1:1', false)
    expect(results[0]?.detail).toMatch(/^no answer/)
  })
})
