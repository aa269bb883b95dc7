// What a body gets that is not one small JSON object in UTF-8: refused by size, media type and form, in this order, before
// anything is done with it.
import { describe, expect, it } from 'vitest'
import { countRows } from '../../support/fixtures.ts'
import { PASSWORD, PUBLIC_URL, type Reply, startApp, type TestApp } from '../../support/harness.ts'
import { expectRefusal, expectSuccess, REFUSED } from '../../support/http/v1-shapes.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }
const RESEND = '/resend-verification'
const ADDRESS = JSON.stringify({ email: 'someone@example.com' })

/** POSTs bytes as they are, which the harness' own requests are too well-behaved for. */
async function post(app: TestApp, path: string, body: BodyInit, headers: Record<string, string> = JSON_TYPE): Promise<Reply> {
  const response = await app.fetch(new Request(new URL(`/api/v1/auth${path}`, PUBLIC_URL), { method: 'POST', headers, body }))
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) }
}

/** Sent in chunks, without Content-Length; counts how much of it was asked for. */
function endlessStream(): { stream: ReadableStream<Uint8Array>; taken: () => number } {
  const chunk = new TextEncoder().encode(' '.repeat(1024))
  let chunks = 0
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      chunks += 1
      if (chunks > 1024) controller.close()
      else controller.enqueue(chunk)
    },
  })
  return { stream, taken: () => chunks * chunk.length }
}

const padded = (bytes: number) => ADDRESS.replace('}', ', "padding": "') + 'x'.repeat(bytes - ADDRESS.length - 15) + '"}'

describe('the size of a body', () => {
  it('may be 16 KiB and not a byte more', async () => {
    const app = await startApp()
    expect(padded(16 * 1024)).toHaveLength(16 * 1024)
    expect((await post(app, RESEND, padded(16 * 1024))).status).toBe(200)
    expectRefusal(await post(app, RESEND, padded(16 * 1024 + 1)), REFUSED.bodyTooLarge)
  })

  it('is judged before media type and form', async () => {
    const app = await startApp()
    for (const path of ['/register', '/login', '/refresh', '/logout', RESEND]) {
      expectRefusal(await post(app, path, 'x'.repeat(1024 * 1024), { 'Content-Type': 'text/plain' }), REFUSED.bodyTooLarge)
    }
  })

  it('is judged as it comes where no Content-Length tells it, and the rest is left unread', async () => {
    const app = await startApp()
    const { stream, taken } = endlessStream()
    expectRefusal(await post(app, '/login', stream), REFUSED.bodyTooLarge)
    expect(taken()).toBeLessThan(64 * 1024)
  })

  it('is counted in bytes, not in characters', async () => {
    const app = await startApp()
    expectRefusal(await post(app, RESEND, JSON.stringify({ padding: 'ğ'.repeat(9 * 1024) })), REFUSED.bodyTooLarge)
  })

  it('lets a small body in chunks through', async () => {
    const app = await startApp()
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    void (async () => {
      for (const character of ADDRESS) await writer.write(new TextEncoder().encode(character))
      await writer.close()
    })()
    expect((await post(app, RESEND, readable)).status).toBe(200)
  })
})

describe('the media type of a body', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'APPLICATION/JSON ; Charset="utf-8"',
    'application/json;',
    'application/json; charset = utf-8 ; ',
  ])('may be %j', async (type) => {
    const app = await startApp()
    expect((await post(app, RESEND, ADDRESS, { 'Content-Type': type })).status).toBe(200)
  })

  it.each([
    'text/plain',
    'text/plain;charset=UTF-8',
    'text/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=iso-8859-1',
    'application/json; charset=utf-16',
    'application/json, text/plain',
    'application/jsonp',
    'application/ld+json',
    'text/plain; application/json',
    '*/*',
    '',
  ])('must not be %j', async (type) => {
    const app = await startApp()
    expectRefusal(await post(app, RESEND, ADDRESS, { 'Content-Type': type }), REFUSED.unsupportedMediaType)
    expect(await countRows('outbox')).toBe(0)
  })

  it('must be there, and is not guessed', async () => {
    const app = await startApp()
    expectRefusal(await post(app, RESEND, new TextEncoder().encode(ADDRESS), {}), REFUSED.unsupportedMediaType)
  })

  it.each(['application/json', 'application/json;', 'application/json; charset=utf-8'])(
    'is refused in no time however many spaces follow %j',
    async (type) => {
      const app = await startApp()
      const headers = { 'Content-Type': `${type}${' '.repeat(100_000)}x` }
      const startedAt = performance.now()
      expectRefusal(await post(app, RESEND, ADDRESS, headers), REFUSED.unsupportedMediaType)
      expect(performance.now() - startedAt).toBeLessThan(1000)
    },
  )

  it('does not matter where the body is empty', async () => {
    const app = await startApp()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16']) {
      expectRefusal(await post(app, '/login', '', { 'Content-Type': type }), REFUSED.missingCredentials)
    }
  })

  it.each(['gzip', 'br', 'GZIP', 'deflate, identity'])('goes with no Content-Encoding such as %s', async (encoding) => {
    const app = await startApp()
    expectRefusal(await post(app, RESEND, ADDRESS, { ...JSON_TYPE, 'Content-Encoding': encoding }), REFUSED.unsupportedMediaType)
  })
})

describe('the form of a body', () => {
  it.each([
    '[]',
    '[{"email":"a@example.com"}]',
    'null',
    'true',
    '0',
    '"text"',
    '{',
    '{}{}',
    '{"email":"a@example.com",}',
    "{'email':'a@example.com'}",
    '{"email":undefined}',
    '{"email":NaN}',
    '{"a":"\t"}',
    '\0',
    ' ',
    'email=a@example.com',
  ])('is refused where it is %j', async (text) => {
    const app = await startApp()
    for (const path of ['/register', '/login', '/refresh', '/logout', '/revoke-all', RESEND]) {
      expectRefusal(await post(app, path, text), REFUSED.malformedBody)
    }
  })

  it('is refused where it opens thousands of lists or objects and closes none', async () => {
    const app = await startApp()
    for (const text of ['['.repeat(16_000), '{"a":'.repeat(3000)])
      expectRefusal(await post(app, '/login', text), REFUSED.malformedBody)
  })

  it.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong encoding', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a byte of no encoding', [0xff]],
    ['a sequence cut short', [0xe2, 0x82]],
  ])('is refused where its UTF-8 has %s', async (_, bytes) => {
    const app = await startApp()
    const encoder = new TextEncoder()
    const body = new Uint8Array([...encoder.encode('{"email":"a@example.com","x":"'), ...bytes, ...encoder.encode('"}')])
    expectRefusal(await post(app, RESEND, body), REFUSED.malformedBody)
  })

  it('is refused in UTF-16, whatever its media type says', async () => {
    const app = await startApp()
    const utf16 = new Uint8Array([0xff, 0xfe, ...[...ADDRESS].flatMap((character) => [character.charCodeAt(0), 0])])
    expectRefusal(await post(app, RESEND, utf16), REFUSED.malformedBody)
  })

  it('may begin with a byte order mark and have space around it', async () => {
    const app = await startApp()
    expect((await post(app, RESEND, `\ufeff${ADDRESS}`)).status).toBe(200)
    expect((await post(app, RESEND, `\r\n\t ${ADDRESS} \n`)).status).toBe(200)
  })

  it('may nest as deep as it fits, since nobody looks there', async () => {
    const app = await startApp()
    const deep = `{"email":"a@example.com","x":${'['.repeat(5000)}${']'.repeat(5000)},"y":${'{"z":'.repeat(900)}1${'}'.repeat(900)}}`
    expect((await post(app, RESEND, deep)).status).toBe(200)
  })

  it('says of two members of one name what the last one says', async () => {
    const app = await startApp()
    const body = `{"email":"first@example.com","password":"${PASSWORD}","email":"last@example.com"}`
    expect((await post(app, '/register', body)).body.user.email).toBe('last@example.com')
    const mixed = '{"email":"first@example.com","email":7}'
    expectRefusal(await post(app, RESEND, mixed), REFUSED.invalidRequest(['email', 'must be a string']))
  })

  it('does not matter where a method has none', async () => {
    const app = await startApp()
    const { access_token: token } = await app.signIn(await app.createAccount())
    expectSuccess(await app.v1('POST', '/logout', { token, body: '' }), 200, { message: 'Logged out' })
  })
})
