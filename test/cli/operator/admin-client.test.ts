// What the operator's commands say when the service refuses, is another one, or does not answer.
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createAdminClient, Refused } from '../../../cli/operator/admin-client.ts'

const KEY = `padm_${'k'.repeat(43)}`
const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  stops.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    response
      .writeHead(status, { 'Content-Type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body))

describe('a client of the admin API', () => {
  it.each<[number, unknown, Record<string, string>, string]>([
    [401, { code: 'invalid_token', message: 'Unauthorized' }, {}, 'does not take this admin key'],
    [429, { code: 'rate_limited', message: 'x' }, { 'Retry-After': '7' }, 'too many attempts: try again in 7 seconds'],
    [
      503,
      { code: 'unavailable', message: 'x' },
      { 'Retry-After': '2' },
      'the service is temporarily unavailable: try again in 2 seconds',
    ],
    [404, { code: 'not_found', message: 'Not found' }, {}, 'there is none'],
    [403, { code: 'account_disabled', message: 'This account is disabled' }, {}, 'this account is disabled'],
    [
      400,
      {
        code: 'invalid_request',
        message: 'x',
        errors: [
          { field: 'pin', message: 'must be digits' },
          { field: 'q', message: 'is y' },
        ],
      },
      {},
      'the PIN must be digits; q is y',
    ],
    [404, '<html>', {}, 'answers 404, and is no Postern with an admin API'],
    [200, {}, {}, 'answers 200, and is no Postern with an admin API'],
    [200, { users: 'x' }, {}, 'answers 200, and is no Postern with an admin API'],
    [200, [], {}, 'answers 200, and is no Postern with an admin API'],
    [200, 'null', {}, 'answers 200, and is no Postern with an admin API'],
    [302, '', { Location: 'https://evil.example' }, 'answers 302, and is no Postern with an admin API'],
  ])('says of %i in one sentence what is wrong', async (status, body, headers, sentence) => {
    const origin = await serve(answer(status, body, headers))
    const refused = await createAdminClient(origin, KEY)
      .get<{ users: unknown }>('/users', 'users')
      .then(() => expect.unreachable())
      .catch((error: unknown) => error as Refused)
    expect(refused).toBeInstanceOf(Refused)
    expect(refused.message).toContain(sentence)
    expect(refused.message).not.toMatch(/\n|padm_/)
  })

  it('takes the key nowhere else than it is for', async () => {
    const seen: (string | undefined)[] = []
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.end('{}')
    })
    const origin = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(307, { Location: `${other}/api/admin/v1/users` }).end()
    })
    await expect(createAdminClient(origin, KEY).get<{ users: unknown }>('/users', 'users')).rejects.toThrow('no Postern')
    expect(seen).toEqual([`Bearer ${KEY}`])
  })

  it('says where nobody answers', async () => {
    const origin = await serve(() => {})
    for (const stop of stops.splice(0)) stop()
    await expect(createAdminClient(origin, KEY).get<{ users: unknown }>('/users', 'users')).rejects.toThrow(
      `Cannot reach ${origin}: ECONNREFUSED`,
    )
  })

  it('tells an answer that is broken off from a whole one', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' }).write('{"id":1}\n')
      setTimeout(() => response.destroy(), 50)
    })
    const read = async () => {
      for await (const _ of await createAdminClient(origin, KEY).stream('GET', '/export')) {
        // Only whether it ends matters.
      }
    }
    await expect(read()).rejects.toThrow()
  })
})
