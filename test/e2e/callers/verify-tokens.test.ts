// The programs of docs/verify-tokens.md before tokens: they accept those of a running Postern, and refuse each that is wrong in one way,
// by keys that a server here publishes as Postern does.
import { createHmac } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { base64url, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildVerifier, HURRIED, LANGUAGES, type Verdict, type Verifier } from '../../support/callers/verifiers.ts'
import { mailedToken } from '../../support/e2e/mailed-link.ts'
import { type Server, startServer } from '../../support/e2e/server.ts'

const ADA = { email: 'ada@example.com', password: 'correct horse battery' }
const SUBJECT = '7d5c1a52-3f0b-4b0e-9a57-0c8f7b1f6f3e'

interface Issuer extends AsyncDisposable {
  readonly url: string
  readonly good: string
  /** By what is wrong with them. */
  readonly bad: Readonly<Record<string, string>>
  /** How often it was asked for keys. */
  asked(): number
  /** Publishes one more. @returns a good token by it */
  addKey(): Promise<string>
  /** What it answers in place of its keys; `null`: those again. */
  answerWith(instead: RequestListener | null): void
}

/** Publishes one key, and has made tokens by it and by others. */
async function startIssuer(): Promise<Issuer> {
  const [own, other] = [await generateKeyPair('ES256', { extractable: true }), await generateKeyPair('ES256')]
  const jwk = await exportJWK(own.publicKey)
  const describeKey = (key: JWK, kid: string) => ({ ...key, kid, alg: 'ES256', use: 'sig' })
  const published = describeKey(jwk, 'published')
  const keys = [published]
  let count = 0
  let instead: RequestListener | null = null
  const server = createServer((request, response) => {
    if (request.url === '/.well-known/jwks.json') count += 1
    if (instead !== null && request.url !== ELSEWHERE) return instead(request, response)
    response.setHeader('Content-Type', 'application/json; charset=utf-8').end(JSON.stringify({ keys }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const now = Math.floor(Date.now() / 1000)
  const claims = {
    ...{ iss: url, aud: url, sub: SUBJECT, sid: 'c0ffee00'.repeat(8), jti: 'j', iat: now, exp: now + 3600, auth_time: now },
    ...{ amr: ['pwd'], roles: ['user'], permissions: [], email: ADA.email, email_verified: true },
  }
  const header = { alg: 'ES256', typ: 'at+jwt', kid: 'published' }
  const sign = (changes: object, headerChanges: object = {}, key = own.privateKey) =>
    new SignJWT({ ...claims, ...changes }).setProtectedHeader({ ...header, ...headerChanges }).sign(key)
  const encode = (value: object) => base64url.encode(JSON.stringify(value))
  const good = await sign({})
  const [head = '', body = '', signature = ''] = good.split('.')
  /** Signed with what everybody knows. */
  const signByPublicKey = (secret: string | Buffer) => {
    const text = `${encode({ ...header, alg: 'HS256' })}.${body}`
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }
  const point = Buffer.concat([Buffer.of(4), Buffer.from(jwk.x ?? '', 'base64url'), Buffer.from(jwk.y ?? '', 'base64url')])
  const strayed = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
  return {
    url,
    good,
    bad: {
      'that has expired': await sign({ exp: now - 60 }),
      'without an expiry': await sign({ exp: undefined }),
      'of another issuer': await sign({ iss: 'https://auth.example.com' }),
      'of an issuer with a slash behind it': await sign({ iss: `${url}/` }),
      'without an issuer': await sign({ iss: undefined }),
      'for another audience': await sign({ aud: 'https://api.example.com' }),
      'without an audience': await sign({ aud: undefined }),
      'of the type JWT': await sign({}, { typ: 'JWT' }),
      'of a stable token’s type': await sign({}, { typ: 'st+jwt' }),
      'without a type': await sign({}, { typ: undefined }),
      'with a changed signature': `${head}.${body}.${strayed}`,
      'without a signature': `${head}.${body}.`,
      'with changed claims': `${head}.${encode({ ...claims, sub: 'somebody else' })}.${signature}`,
      'with a changed header': `${encode({ ...header, x: 1 })}.${body}.${signature}`,
      'signed HS256 by the public key in PEM': signByPublicKey(await exportSPKI(own.publicKey)),
      'signed HS256 by the public key as JWK': signByPublicKey(JSON.stringify(published)),
      'signed HS256 by the bytes of the public key': signByPublicKey(point),
      'with alg none': `${encode({ ...header, alg: 'none' })}.${body}.`,
      'with alg none and a signature': `${encode({ ...header, alg: 'none' })}.${body}.${signature}`,
      'by another key under the published name': await sign({}, {}, other.privateKey),
      'by a key with an unknown name': await sign({}, { kid: 'unknown' }, other.privateKey),
      'by the published key with an unknown name': await sign({}, { kid: 'unknown too' }),
      'that names no key': await sign({}, { kid: undefined }, other.privateKey),
      'that brings its key along': await sign({}, { kid: 'own', jwk: await exportJWK(other.publicKey) }, other.privateKey),
      'that is no JWT': 'x',
    },
    asked: () => count,
    async addKey() {
      const next = await generateKeyPair('ES256')
      keys.push(describeKey(await exportJWK(next.publicKey), 'next'))
      return sign({}, { kid: 'next' }, next.privateKey)
    },
    answerWith(other) {
      instead = other
    },
    async [Symbol.asyncDispose]() {
      server.close()
      // Some were never answered.
      server.closeAllConnections()
    },
  }
}

/** Where the keys are whatever else is answered. */
const ELSEWHERE = '/elsewhere'

/** Answers that are no keys, and no fault of a token. */
const OUTAGES: Readonly<Record<string, RequestListener>> = {
  'answers 503': (_, response) => response.writeHead(503).end('{"keys":[]}'),
  'answers 404': (_, response) => response.writeHead(404).end('{"message":"Not found"}'),
  'leads to keys elsewhere': (_, response) => response.writeHead(302, { Location: ELSEWHERE }).end(),
  'answers with what is no key set': (_, response) => response.end('<h1>Welcome</h1>'),
  'breaks off': (_, response) => {
    response.writeHead(200, { 'Content-Length': '1000' }).write('{"keys":[')
    setTimeout(() => response.destroy(), 100)
  },
  'says nothing': () => {},
}

/** What the page says of unknown keys, and a little more. */
const KEYS_ASKED_EVERY_MILLISECONDS = 31_000

const verifiers = new Map<string, Promise<Verifier>>()

/** Built once. */
function verifierOf(title: string, isHurried = false): Promise<Verifier> {
  const language = LANGUAGES[title]
  if (!language) throw new Error(`Nobody knows ${title}`)
  const name = `${title}${isHurried ? ', hurried' : ''}`
  const verifier = verifiers.get(name) ?? buildVerifier(title, language, isHurried)
  verifiers.set(name, verifier)
  return verifier
}

let server: Server
let issuer: Issuer

beforeAll(async () => {
  ;[server, issuer] = await Promise.all([startServer(), startIssuer()])
})
afterAll(async () => {
  await server?.stop()
  await issuer?.[Symbol.asyncDispose]()
})

async function post(path: string, body: object): Promise<Response> {
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
  return fetch(`${server.url}/api/v1/auth${path}`, init)
}

/** Of Postern itself. */
async function signIn(): Promise<{ readonly access_token: string; readonly user: { readonly id: string } }> {
  const signedIn = await post('/login', ADA)
  if (signedIn.ok) return signedIn.json() as ReturnType<typeof signIn>
  await post('/register', ADA)
  await fetch(`${server.url}/api/v1/auth/verify-email?token=${await mailedToken(server.url, ADA.email)}`)
  return (await post('/login', ADA)).json() as ReturnType<typeof signIn>
}

describe.each(Object.keys(LANGUAGES))('the program in %s', (title) => {
  let verifier: Verifier
  let verdicts: ReadonlyMap<string, Verdict>
  let asked = 0

  beforeAll(async () => {
    verifier = await verifierOf(title)
    const names = Object.keys(issuer.bad)
    const before = issuer.asked()
    // The good one first and last: what is refused between leaves nothing behind.
    await using process = verifier.start(issuer.url)
    const found = await process.judge([issuer.good, ...Object.values(issuer.bad), issuer.good])
    asked = issuer.asked() - before
    verdicts = new Map(['good', ...names, 'good again'].map((name, index) => [name, found[index] ?? { refused: 'not answered' }]))
    // A compiler that has never run here, on a machine that has other things to do.
  }, 900_000)

  it('accepts a token of a running Postern', async () => {
    const { access_token: token, user } = await signIn()
    await using process = verifier.start(server.url)
    expect(await process.judge([token])).toEqual([{ accepted: user.id }])
  })

  it('accepts a good token, before and after all others', () => {
    expect([verdicts.get('good'), verdicts.get('good again')]).toEqual([{ accepted: SUBJECT }, { accepted: SUBJECT }])
  })

  it('refuses every token that is wrong in one way', () => {
    const accepted = [...verdicts].filter(([name, verdict]) => !name.startsWith('good') && !('refused' in verdict))
    expect(accepted).toEqual([])
    expect(verdicts.size).toBe(27)
  })

  it('asks for the keys once, or once more, however many unknown names it meets', () => {
    expect([1, 2]).toContain(asked)
  })
})

describe('the programs', () => {
  it('accept a token by a key that is published later, once they may ask again', async () => {
    await using rotating = await startIssuer()
    await using processes = new AsyncDisposableStack()
    const judges = await Promise.all(
      Object.keys(LANGUAGES).map(async (title) => processes.use((await verifierOf(title)).start(rotating.url))),
    )
    const judgeAll = (token: string) => Promise.all(judges.map(async (each) => (await each.judge([token]))[0]))
    const accepted = judges.map(() => ({ accepted: SUBJECT }))
    expect(await judgeAll(rotating.good)).toEqual(accepted)
    const byNext = await rotating.addKey()
    expect(await judgeAll(byNext)).toEqual(judges.map(() => ({ refused: expect.any(String) })))
    await sleep(KEYS_ASKED_EVERY_MILLISECONDS)
    expect(await judgeAll(byNext)).toEqual(accepted)
    expect(await judgeAll(rotating.good)).toEqual(accepted)
  })

  it.each(Object.keys(OUTAGES))(
    'tell an outage from a token that does not count, where what should have the keys %s',
    async (what) => {
      await using broken = await startIssuer()
      await using processes = new AsyncDisposableStack()
      broken.answerWith(OUTAGES[what] ?? null)
      const judges = await Promise.all(
        Object.keys(LANGUAGES).map(async (title) => processes.use((await verifierOf(title)).start(broken.url))),
      )
      const noToken = broken.bad['that is no JWT'] ?? ''
      const verdicts = await Promise.all(judges.map((each) => each.judge([broken.good, noToken])))
      expect(verdicts).toEqual(judges.map(() => [{ unavailable: expect.any(String) }, { refused: expect.any(String) }]))
    },
  )

  it('use keys that they cannot have anew for a while, and not for ever', async () => {
    const [titles, second] = [Object.keys(LANGUAGES), 1000]
    const hurried: Verifier[] = []
    // One after the other: they share what a compiler leaves behind.
    for (const title of titles) hurried.push(await verifierOf(title, true))
    await using failing = await startIssuer()
    await using processes = new AsyncDisposableStack()
    const judges = hurried.map((each) => processes.use(each.start(failing.url)))
    const judgeAll = (token: string) => Promise.all(judges.map(async (each) => (await each.judge([token]))[0]))
    const [accepted, unavailable] = [{ accepted: SUBJECT }, { unavailable: expect.any(String) }]
    expect(await judgeAll(failing.good)).toEqual(titles.map(() => accepted))
    failing.answerWith(OUTAGES['answers 503'] ?? null)
    await sleep((HURRIED.kept + 1) * second)
    const during = titles.map((title) => (LANGUAGES[title]?.usesOldKeys ? accepted : unavailable))
    expect(await judgeAll(failing.good)).toEqual(during)
    expect(await judgeAll(failing.bad['by a key with an unknown name'] ?? '')).toEqual(titles.map(() => unavailable))
    await sleep(HURRIED.used * second)
    expect(await judgeAll(failing.good)).toEqual(titles.map(() => unavailable))
    failing.answerWith(null)
    await sleep((HURRIED.retried + 1) * second)
    expect(await judgeAll(failing.good)).toEqual(titles.map(() => accepted))
  }, 900_000)
})
