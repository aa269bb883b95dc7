// No test reaches the internet, and a service that a test plays is reached over HTTP.
import { expect, it } from 'vitest'
import { playService } from './outside-service.ts'

it('refuses to go to a host that no test plays', async () => {
  for (const url of ['https://api.pwnedpasswords.com/range/21BD1', 'https://challenges.cloudflare.com/', 'http://example.com/']) {
    const response = await fetch(url)
    expect([response.status, await response.text()]).toEqual([599, expect.stringContaining('no way to the internet')])
  }
})

it('answers in the order of its script, and tells what it was asked', async () => {
  const service = await playService({ status: 418, body: 'first' }, { headers: { 'X-Kind': 'last' } })
  const first = await fetch(`${service.url}/a?b=c`, { method: 'POST', body: 'hello', headers: { 'X-Asked': 'yes' } })
  expect([first.status, await first.text()]).toEqual([418, 'first'])
  for (let count = 1; count <= 2; count += 1) expect((await fetch(service.url)).headers.get('X-Kind')).toBe('last')
  const [seen, ...others] = await service.seen()
  expect(seen).toMatchObject({ method: 'POST', url: `${service.url}/a?b=c`, body: 'hello', headers: { 'x-asked': 'yes' } })
  expect(others).toHaveLength(2)
})
