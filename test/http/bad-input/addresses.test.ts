// What e-mail addresses get that are not one plain mailbox: refused everywhere alike, so that no mail goes anywhere else.
import { describe, expect, it } from 'vitest'
import { countRows } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, startApp } from '../../support/harness.ts'
import { expectRefusal, REFUSED } from '../../support/http/v1-shapes.ts'

const NOT_ONE_MAILBOX = [
  'victim@example.com,attacker@example.com',
  'victim@example.com;attacker@example.com',
  'victim@example.com attacker@example.com',
  'victim@example.com\nBcc: attacker@example.com',
  'victim@example.com\r\nBcc: attacker@example.com',
  'victim@example.com\0',
  'Victim <victim@example.com>',
  '<victim@example.com>',
  'mailto:victim@example.com',
  'victim(comment)@example.com',
  '"victim"@example.com',
  'victim@@example.com',
  'victim@example.com@example.org',
  'victim@[192.0.2.1]',
  'victim@192.0.2.1',
  'victim@localhost',
  'victim@example.com.',
  'victim@.example.com',
  'victim@exa_mple.com',
  'victim@example.com:25',
  'victim@example.com/path',
  'victim@example.com?subject=x',
  'victim@example%2ecom',
  'vіctim@example.com',
  'victim\u200b@example.com',
  'victim@exam\u00adple.com',
  'victim\ud800@example.com',
  'victim@example\udc00.com',
  'victim@xn--a',
  '.victim@example.com',
  'vic..tim@example.com',
  '@example.com',
  'victim@',
  `${'v'.repeat(65)}@example.com`,
  `victim@${'e'.repeat(64)}.com`,
  `victim@${'example.'.repeat(40)}com`,
]

describe.each(NOT_ONE_MAILBOX)('the address %j', (email) => {
  it('is refused at registration and resending, signs nobody in, and nothing is stored or sent', async () => {
    const app = await startApp()
    const refusal = REFUSED.invalidRequest(['email', 'must be an e-mail address'])
    for (const path of ['/register', '/resend-verification']) {
      const reply = await app.v1('POST', path, { body: { email, password: PASSWORD } })
      expectRefusal(reply, refusal)
    }
    expectRefusal(await app.v1('POST', '/login', { body: { email, password: PASSWORD } }), REFUSED.invalidCredentials)
    await app.settle()
    expect([await countRows('registrations'), await countRows('outbox')]).toEqual([0, 0])
  })
})

describe('one mailbox', () => {
  it.each([
    ['Victim@Example.COM', 'victim@example.com'],
    ['\tvictim@example.com', 'victim@example.com'],
    [' victim@example.com \n', 'victim@example.com'],
    ['user@bücher.example', 'user@xn--bcher-kva.example'],
    ['user@BÜCHER.example', 'user@xn--bcher-kva.example'],
    ['user@ｅｘａｍｐｌｅ.com', 'user@example.com'],
    ["o'brien+tag@example.com", "o'brien+tag@example.com"],
  ])('is the same however it is typed: %s', async (typed, stored) => {
    const app = await startApp()
    const reply = await app.v1('POST', '/register', { body: { email: typed, password: PASSWORD } })
    expect(reply.body.user.email).toBe(stored)
    await app.v1('GET', `/verify-email?token=${await app.mailedToken(stored)}`)
    expect((await app.signIn(typed)).user.email).toBe(stored)
    const again = await app.v1('POST', '/register', { body: { email: stored, password: PASSWORD }, ip: anyAddress() })
    expect(again.status).toBe(201)
    expect((await app.mailTo(stored))[0]?.subject).toBe('You already have an account')
  })

  it('is another one where a letter only looks the same', async () => {
    const app = await startApp()
    await app.createAccount({ email: 'user@apple.example' })
    const reply = await app.v1('POST', '/register', { body: { email: 'user@аpple.example', password: PASSWORD } })
    expect(reply.body.user.email).toBe('user@xn--pple-43d.example')
    expect((await app.mailTo('user@xn--pple-43d.example'))[0]?.subject).toBe('Confirm your e-mail address')
  })
})

describe('usernames', () => {
  it.each(['a@b', 'a\u200bb', 'a\u00a0b', 'a/b', 'a\tb', '.', '..', '\u0301a', 'x'.repeat(65), 'a\ud800'])(
    'must not be %j',
    async (username) => {
      const app = await startApp()
      const reply = await app.v1('POST', '/register', { body: { email: 'a@example.com', password: PASSWORD, username } })
      expectRefusal(reply, REFUSED.invalidRequest(['username', 'must be 1 to 64 letters, digits, spaces inside, or any of . _ -']))
      expect(await countRows('username_claims')).toBe(0)
    },
  )

  it.each(['Beyhan Oğur', 'a', '李小龙', 'x'.repeat(64), 'a.b_c-d 1'])('may be %j, and stay as typed', async (username) => {
    const app = await startApp()
    const email = await app.createAccount({ username })
    const reply = await app.v1('POST', '/login', { body: { username: username.toUpperCase(), password: PASSWORD } })
    expect(reply.body.user).toMatchObject({ email, username })
  })
})
