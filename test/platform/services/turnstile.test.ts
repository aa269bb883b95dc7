// Siteverify: what is sent, which verdicts count, and that whatever is no verdict is an outage.
import { describe, expect, it } from 'vitest'
import { Unavailable } from '../../../src/platform/runtime/deadline.ts'
import { createTurnstile, isTestSecret } from '../../../src/platform/services/turnstile.ts'
import type { ScriptedAnswer } from '../../support/internet.ts'
import { playService } from '../../support/outside-service.ts'

const SECRET = '0x4AAAAAAAxSecretOfAWidget'
/** Time enough on any machine, but for answers that never come in time. */
const PATIENCE = 10_000

const ANSWER = { token: 'token-of-a-widget', action: 'login', address: '192.0.2.1', idempotencyKey: crypto.randomUUID() }

function verdict(members: object = {}): ScriptedAnswer {
  const body = {
    success: true,
    'error-codes': [],
    challenge_ts: '2026-10-01T12:00:00.000Z',
    hostname: 'app.example.com',
    ...members,
  }
  return { body: JSON.stringify(body) }
}

function refusal(...codes: readonly string[]): ScriptedAnswer {
  return { body: JSON.stringify({ success: false, 'error-codes': codes, messages: [] }) }
}

async function start(answers: readonly ScriptedAnswer[], secret = SECRET) {
  const service = await playService(...answers)
  const isLate = answers.some(({ hangs, delayMilliseconds }) => hangs || delayMilliseconds)
  const hostnames = ['auth.example.com', 'app.example.com']
  const turnstile = createTurnstile({
    url: `${service.url}/siteverify`,
    secret,
    hostnames,
    deadlineMilliseconds: isLate ? 300 : PATIENCE,
  })
  return { service, turnstile }
}

describe('what is sent', () => {
  it('is the secret, the token, the address and a key of its own, as a form', async () => {
    const { service, turnstile } = await start([verdict()])
    await turnstile.findProblem(ANSWER)
    const [seen, ...others] = await service.seen()
    expect(others).toEqual([])
    expect(seen).toMatchObject({ method: 'POST', url: `${service.url}/siteverify` })
    expect(seen?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/)
    expect(Object.fromEntries(new URLSearchParams(seen?.body))).toEqual({
      secret: SECRET,
      response: ANSWER.token,
      remoteip: ANSWER.address,
      idempotency_key: ANSWER.idempotencyKey,
    })
  })

  it('has no address where none is known', async () => {
    const { service, turnstile } = await start([verdict()])
    await turnstile.findProblem({ ...ANSWER, address: undefined })
    expect(new URLSearchParams((await service.seen())[0]?.body).has('remoteip')).toBe(false)
  })

  it('is nothing for a token that is longer than any is', async () => {
    const { service, turnstile } = await start([verdict()])
    expect(await turnstile.findProblem({ ...ANSWER, token: 'x'.repeat(2049) })).toBe('token too long')
    expect(await service.seen()).toEqual([])
    expect(await turnstile.findProblem({ ...ANSWER, token: 'x'.repeat(2048) })).toBeNull()
  })
})

describe('a token counts', () => {
  it.each([
    ['on one of our hosts, where the widget says nothing of an action', {}],
    ['for the action that is asked for', { action: 'login' }],
    ['with an action left empty', { action: '' }],
    ['for our host in any case of letters', { hostname: 'Auth.Example.com' }],
    ['where nothing is said of a host', { hostname: undefined }],
  ])('%s', async (_, members) => {
    expect(await (await start([verdict(members)])).turnstile.findProblem(ANSWER)).toBeNull()
  })
})

describe('a token does not count', () => {
  it.each([
    ['of another host', verdict({ hostname: 'phishing.example' }), 'widget of another host'],
    ['of a host that only ends like ours', verdict({ hostname: 'evil-app.example.com' }), 'widget of another host'],
    ['for another action', verdict({ action: 'register' }), 'widget for another action'],
    ['that was spent or has expired', refusal('timeout-or-duplicate'), 'refused: timeout-or-duplicate'],
    ['that was made up', refusal('invalid-input-response'), 'refused: invalid-input-response'],
    ['refused for a reason nobody knows yet', refusal('brand-new', 'and-another'), 'refused: brand-new and-another'],
    ['refused without a reason', { body: '{"success":false}' }, 'refused: '],
    ['refused with a status of 400', { ...refusal('invalid-input-response'), status: 400 }, 'refused: invalid-input-response'],
  ])('%s, and is asked about once', async (_, answer, problem) => {
    const { service, turnstile } = await start([answer])
    expect(await turnstile.findProblem(ANSWER)).toBe(problem)
    expect(await service.seen()).toHaveLength(1)
  })
})

describe('no verdict', () => {
  it.each<[string, ScriptedAnswer]>([
    ['a fault of Turnstile’s', refusal('internal-error')],
    ['a secret that is wrong', refusal('invalid-input-secret')],
    ['a status of 500', { ...verdict(), status: 500 }],
    ['a refusal with a status of 503', { ...refusal('invalid-input-response'), status: 503 }],
    ['a success with a status of 403', { ...verdict(), status: 403 }],
    ['a redirect', { ...verdict(), status: 307, headers: { Location: 'https://elsewhere.example/siteverify' } }],
    ['a page', { body: '<!doctype html><title>Just a moment</title>' }],
    ['nothing', { body: '' }],
    ['null', { body: 'null' }],
    ['a list', { body: '[{"success":true}]' }],
    ['a success that is no boolean', { body: '{"success":"true"}' }],
    ['JSON cut off', { body: '{"success":true' }],
    ['more than anybody would send', { ...verdict(), padding: 20 * 1024 }],
    ['one that comes late', { ...verdict(), delayMilliseconds: 600 }],
    ['one that never ends', { ...verdict(), hangs: true }],
  ])('is told as an outage: %s', async (_, answer) => {
    await expect((await start([answer])).turnstile.findProblem(ANSWER)).rejects.toThrow(Unavailable)
  })

  it('is asked for once more by the same key, so that an answer lost on the way spends no token', async () => {
    const { service, turnstile } = await start([{ status: 502, body: 'Bad gateway' }, verdict()])
    expect(await turnstile.findProblem(ANSWER)).toBeNull()
    const keys = (await service.seen()).map(({ body }) => new URLSearchParams(body).get('idempotency_key'))
    expect(keys).toEqual([ANSWER.idempotencyKey, ANSWER.idempotencyKey])
  })

  it('is not asked for a third time', async () => {
    const { service, turnstile } = await start([{ status: 502 }, { status: 502 }, verdict()])
    await expect(turnstile.findProblem(ANSWER)).rejects.toThrow('Turnstile: no verdict, status 502')
    expect(await service.seen()).toHaveLength(2)
  })

  it('tells nothing of the secret or the token', async () => {
    for (const answer of [refusal('invalid-input-secret'), { status: 500, body: `${SECRET} ${ANSWER.token}` }]) {
      const { turnstile } = await start([answer])
      const failure = await turnstile.findProblem(ANSWER).catch((error: Error) => error)
      expect(String(failure)).not.toMatch(new RegExp(`${SECRET}|${ANSWER.token}`))
    }
  })
})

describe('a secret for testing', () => {
  it('is told from the secret of a widget', () => {
    for (const digit of [1, 2, 3]) expect(isTestSecret(`${digit}x0000000000000000000000000000000AA`)).toBe(true)
    expect(isTestSecret(SECRET)).toBe(false)
  })

  it('knows neither host nor action, and still refuses', async () => {
    const pass = await start([verdict({ hostname: 'example.com', action: 'test' })], '1x0000000000000000000000000000000AA')
    expect(await pass.turnstile.findProblem(ANSWER)).toBeNull()
    const spent = await start([refusal('timeout-or-duplicate')], '3x0000000000000000000000000000000AA')
    expect(await spent.turnstile.findProblem(ANSWER)).toBe('refused: timeout-or-duplicate')
  })
})
