// The range query of Have I Been Pwned: what leaves the worker, what an answer means, and what is no answer.
import { describe, expect, it } from 'vitest'
import { Unavailable } from '../../../src/platform/runtime/deadline.ts'
import { createBreachedPasswords } from '../../../src/platform/services/breached-passwords.ts'
import type { ScriptedAnswer } from '../../support/internet.ts'
import { playService } from '../../support/outside-service.ts'

/** SHA-1 of `password`. */
const PREFIX = '5BAA6'
const SUFFIX = '1E4C9B93F3F0682250B6CF8331B7EE68FD8'
const OTHER = '0018A45C4D1DEF81644B54AB7F969B88D65'

/** Time enough on any machine, but for answers that never come in time. */
const PATIENCE = 10_000

async function start(...answers: readonly ScriptedAnswer[]) {
  const service = await playService(...answers)
  const clock = { now: 1_000_000 }
  const isLate = answers.some(({ hangs, delayMilliseconds }) => hangs || delayMilliseconds)
  const passwords = createBreachedPasswords({
    url: `${service.url}/range`,
    deadlineMilliseconds: isLate ? 300 : PATIENCE,
    clock: () => clock.now,
  })
  return { service, clock, passwords }
}

async function pathsOf(service: Awaited<ReturnType<typeof playService>>): Promise<readonly string[]> {
  return (await service.seen()).map(({ url }) => new URL(url).pathname)
}

describe('what is sent', () => {
  it('is five digits of the hash, with a wish for padding and a name, and nothing else', async () => {
    const { service, passwords } = await start({ body: `${OTHER}:3` })
    await passwords.has('password')
    const [seen, ...others] = await service.seen()
    expect(others).toEqual([])
    expect(seen).toMatchObject({ method: 'GET', url: `${service.url}/range/${PREFIX}`, body: '' })
    expect(seen?.headers).toMatchObject({ 'add-padding': 'true', 'user-agent': 'postern' })
    expect(JSON.stringify(seen).toUpperCase()).not.toMatch(/1E4C9|PASSWORD/)
  })

  it('is of the UTF-8 bytes of the composed form, however the text was typed', async () => {
    const { service, passwords } = await start({ body: '' })
    await passwords.has('caf\u00e9 au lait')
    await passwords.has('cafe\u0301 au lait')
    const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode('caf\u00e9 au lait'))
    const prefix = [...new Uint8Array(digest).slice(0, 3)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    expect(await pathsOf(service)).toEqual([`/range/${prefix.slice(0, 5).toUpperCase()}`])
  })
})

describe('an answer', () => {
  it.each([
    ['alone', `${SUFFIX}:1`],
    ['among others', `${OTHER}:2\r\n${SUFFIX}:10434004\r\n${OTHER.replace('0', 'F')}:1`],
    ['in lower case, with an end of line', `${SUFFIX.toLowerCase()}:7\n`],
  ])('that has the rest of the hash tells of a breach: %s', async (_, body) => {
    expect(await (await start({ body })).passwords.has('password')).toBe(true)
  })

  it.each([
    ['others only', `${OTHER}:2\r\n${OTHER.replace('0', 'F')}:1`],
    ['with a count of 0, which is padding', `${OTHER}:5\r\n${SUFFIX}:0`],
    ['nothing', ''],
  ])('that has not does not: %s', async (_, body) => {
    expect(await (await start({ body })).passwords.has('password')).toBe(false)
  })

  it('may be as long as a padded range, and many times that', async () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => `${index.toString(16).toUpperCase().padStart(35, '0')}:0`)
    expect(await (await start({ body: [...lines, `${SUFFIX}:2`].join('\r\n') })).passwords.has('password')).toBe(true)
  })
})

describe('what is no answer', () => {
  const FOUND = `${SUFFIX}:1`
  it.each<[string, ScriptedAnswer]>([
    ['a status of 404', { status: 404, body: '' }],
    ['a status of 429', { status: 429, body: FOUND, headers: { 'Retry-After': '2' } }],
    ['a status of 500', { status: 500, body: FOUND }],
    ['a status of 201', { status: 201, body: FOUND }],
    ['a page', { body: '<!doctype html><title>Welcome to our Wi-Fi</title>' }],
    ['JSON', { body: '{"breached":true}' }],
    ['a suffix that is too short', { body: `${SUFFIX.slice(1)}:1` }],
    ['a whole hash', { body: `${PREFIX}${SUFFIX}:1` }],
    ['a suffix without a count', { body: SUFFIX }],
    ['a count that is none', { body: `${SUFFIX}:-1` }],
    ['a line cut off behind good ones', { body: `${FOUND}\r\n${OTHER.slice(5)}` }],
    ['more than anybody would send', { body: `${FOUND}\r\n`, padding: 600 * 1024 }],
    ['one that comes late', { body: FOUND, delayMilliseconds: 600 }],
    ['one that never ends', { body: FOUND, hangs: true }],
  ])('is told as an outage: %s', async (_, answer) => {
    const { passwords } = await start(answer)
    await expect(passwords.has('password')).rejects.toThrow(Unavailable)
  })

  it('is a redirect, which is not followed', async () => {
    const elsewhere = await playService({ body: FOUND })
    const { passwords } = await start({ status: 302, headers: { Location: `${elsewhere.url}/range/${PREFIX}` } })
    await expect(passwords.has('password')).rejects.toThrow(/^breached passwords: answered 302$/)
    expect(await elsewhere.seen()).toEqual([])
  })

  it('is forgotten, so that the next question is asked', async () => {
    const { service, passwords } = await start({ status: 500 }, { body: FOUND })
    await expect(passwords.has('password')).rejects.toThrow(Unavailable)
    expect(await passwords.has('password')).toBe(true)
    expect(await service.seen()).toHaveLength(2)
  })
})

describe('a range', () => {
  it('is asked for once an hour, whatever the verdict', async () => {
    const { service, clock, passwords } = await start({ body: `${SUFFIX}:1` }, { body: '' })
    for (let count = 1; count <= 3; count += 1) expect(await passwords.has('password')).toBe(true)
    clock.now += 3599
    expect(await passwords.has('password')).toBe(true)
    expect(await service.seen()).toHaveLength(1)
    clock.now += 1
    expect(await passwords.has('password')).toBe(false)
    expect(await passwords.has('password')).toBe(false)
    expect(await service.seen()).toHaveLength(2)
  })

  it('gives way to newer ones: 32 are kept', async () => {
    const { service, passwords } = await start({ body: '' })
    const texts = Array.from({ length: 33 }, (_, index) => `text ${index}`)
    for (const text of texts) await passwords.has(text)
    expect(new Set(await pathsOf(service)).size).toBe(33)
    for (const text of texts.slice(1)) await passwords.has(text)
    expect(await service.seen()).toHaveLength(33)
    await passwords.has(texts[0] ?? '')
    expect(await service.seen()).toHaveLength(34)
  })
})
