// Tokens that nobody issued: algorithms, keys in headers, key ids, claims. Each is tried at every door.
import { encodeBase64Url } from '../../../../src/platform/crypto/base64.ts'
import { claimsOf, decodePart, encodePart, rows } from '../../../support/fixtures.ts'
import { headerOf, resign, signHs256, stealSigningKey, tamper } from '../../../support/forgery.ts'
import { AUTH_SECRET } from '../../../support/http/cookie-browser.ts'
import type { AttackClass } from '../attack.ts'
import { forged } from '../doors.ts'
import type { Scene } from '../scene.ts'

const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const

const NONE = ['GHSA-9h47-pqcx-hjr4']
const ALGORITHM_CONFUSION = ['GHSA-f67f-6cw9-8mq4', 'GHSA-3vhc-576x-3qv4']
const ATTACKERS_ISSUER = ['GHSA-v36f-qvww-8w8m']

async function publicJwk(): Promise<{ text: string; jwk: Record<string, string> }> {
  const [row] = await rows<{ public_jwk: string }>('SELECT public_jwk FROM signing_keys')
  return { text: row?.public_jwk ?? '', jwk: JSON.parse(row?.public_jwk ?? '{}') }
}

/** The public key as a PEM file, which is how it is given to verifiers of other services. */
async function publicPem(): Promise<string> {
  const { jwk } = await publicJwk()
  const { kty, crv, x, y } = jwk
  const key = await crypto.subtle.importKey('jwk', { kty: kty ?? '', crv: crv ?? '', x: x ?? '', y: y ?? '' }, EC, true, ['verify'])
  const spki = (await crypto.subtle.exportKey('spki', key)) as ArrayBuffer
  const lines = btoa(String.fromCharCode(...new Uint8Array(spki))).match(/.{1,64}/g) ?? []
  return `-----BEGIN PUBLIC KEY-----\n${lines.join('\n')}\n-----END PUBLIC KEY-----\n`
}

/** The victim's own claims under a key of the attacker's, with whatever header. */
async function underOwnKey(
  { app, victim }: Scene,
  header: (publicKey: JsonWebKey) => object,
  claims: object = {},
): Promise<string> {
  const { privateKey, publicKey } = (await crypto.subtle.generateKey(EC, true, ['sign', 'verify'])) as CryptoKeyPair
  const jwk = (await crypto.subtle.exportKey('jwk', publicKey)) as JsonWebKey
  const key = { kid: String(headerOf(victim.access).kid), privateKey }
  const token = await resign(app, { ...claimsOf(victim.access), ...claims }, 'at+jwt', key)
  const changed = { ...headerOf(token), ...header(jwk) }
  const text = `${encodePart(changed)}.${token.split('.')[1]}`
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, new TextEncoder().encode(text))
  return `${text}.${encodeBase64Url(new Uint8Array(signature))}`
}

/** A genuine signature over changed claims: what only a bug in issuing could make, and what another service of the key might. */
const genuine = ({ app, victim }: Scene, claims: object, type?: string) =>
  resign(app, { ...claimsOf(victim.access), ...claims }, type)

const ZERO_SIGNATURE = encodeBase64Url(new Uint8Array(64))
const JWE_PARTS = ['', encodePart('iv'), encodePart('x'.repeat(64)), encodePart('tag')]

const ALGORITHMS = [
  ...['none', 'None', 'NONE', 'nOnE'].map((alg) =>
    forged(
      `refuses alg "${alg}" without a signature`,
      ({ victim }) => tamper(victim.access, { header: { alg }, signature: '' }),
      NONE,
    ),
  ),
  forged('refuses alg "none" with the genuine signature', ({ victim }) => tamper(victim.access, { header: { alg: 'none' } }), NONE),
  forged(
    'refuses HS256 keyed with the public key as JSON',
    async ({ victim }) =>
      signHs256({ ...headerOf(victim.access), alg: 'HS256' }, claimsOf(victim.access), (await publicJwk()).text),
    ALGORITHM_CONFUSION,
  ),
  forged(
    'refuses HS256 keyed with the public key as PEM',
    async ({ victim }) => signHs256({ ...headerOf(victim.access), alg: 'HS256' }, claimsOf(victim.access), await publicPem()),
    ALGORITHM_CONFUSION,
  ),
  forged('refuses HS256 keyed with AUTH_SECRET itself, in the type of each token', ({ victim }) =>
    signHs256({ alg: 'HS256', typ: 'rt+jwt', kid: headerOf(victim.refresh).kid }, claimsOf(victim.refresh), AUTH_SECRET),
  ),
  forged('refuses HS256 keyed with nothing', ({ victim }) =>
    signHs256({ ...headerOf(victim.refresh) }, claimsOf(victim.refresh), '\0'),
  ),
  ...['ES384', 'RS256', 'PS256', 'EdDSA', 'HS512', 'es256', 'ES256 ', 'ES256K'].map((alg) =>
    forged(
      `refuses alg "${alg}" over a genuine signature`,
      ({ victim }) => tamper(victim.access, { header: { alg } }),
      ALGORITHM_CONFUSION,
    ),
  ),
  forged('refuses a signature of nothing but zeros', ({ victim }) => tamper(victim.access, { signature: ZERO_SIGNATURE })),
  forged('refuses a signature in DER, with which another library would be content', ({ victim }) => {
    const raw = decodePart(victim.access.split('.')[2] ?? '')
    const integer = (part: string) => `\x02${String.fromCharCode(part.length + 1)}\0${part}`
    const body = integer(raw.slice(0, 32)) + integer(raw.slice(32))
    const der = `\x30${String.fromCharCode(body.length)}${body}`
    return tamper(victim.access, { signature: encodeBase64Url(Uint8Array.from(der, (character) => character.charCodeAt(0))) })
  }),
]

const KEYS_IN_HEADERS = [
  forged('refuses a token that brings its key along (jwk)', (scene) => underOwnKey(scene, (jwk) => ({ jwk })), ATTACKERS_ISSUER),
  forged('refuses a token that says where its key is (jku)', (scene) =>
    underOwnKey(scene, () => ({ jku: 'https://evil.example/jwks.json' })),
  ),
  forged('refuses a token that brings a certificate (x5c, x5u)', (scene) =>
    underOwnKey(scene, () => ({ x5c: ['MIIB'], x5u: 'https://evil.example/cert.pem', x5t: 'x' })),
  ),
  forged('refuses a token of the attacker under our key id', (scene) => underOwnKey(scene, () => ({}))),
  forged(
    'refuses a token of an issuer of the attacker’s, for the victim’s address',
    (scene) => underOwnKey(scene, (jwk) => ({ kid: 'attacker', jwk }), { iss: 'https://evil.example' }),
    ATTACKERS_ISSUER,
  ),
  ...[
    ['a path', '../../../../dev/null'],
    ['SQL', "x' UNION SELECT public_jwk FROM signing_keys --"],
    ['a name of every object', '__proto__'],
    ['a wildcard', '%'],
    ['a line break', 'a\r\nSet-Cookie: a=b'],
    ['nothing', ''],
    ['ten thousand letters', 'k'.repeat(10_000)],
    ['a list', ['a']],
    ['an object', { toString: 'x' }],
    ['a number', 0],
  ].map(([what, kid]) => forged(`refuses a key id that is ${what}`, (scene) => underOwnKey(scene, () => ({ kid })))),
  forged('refuses critical extensions nobody knows', (scene) => underOwnKey(scene, () => ({ crit: ['b64'], b64: false }))),
]

const WRONG_TIMES: readonly (readonly [string, object])[] = [
  ['an expiry that is no number', { exp: 'never' }],
  ['an expiry that is null', { exp: null }],
  ['no expiry', { exp: undefined }],
  ['an issue time that is no number', { iat: '0' }],
  ['no issue time', { iat: undefined }],
  ['an issue time in the far future', { iat: 4_102_444_800, exp: 4_102_445_700 }],
  ['a start in the far future', { nbf: 4_102_444_800 }],
  ['a start that is no number', { nbf: 'now' }],
]

const WRONG_CLAIMS: readonly (readonly [string, object, string[]])[] = [
  ['another audience', { aud: 'https://other.example' }, ['GHSA-m732-5p4w-x69g']],
  ['no audience', { aud: undefined }, ['GHSA-m732-5p4w-x69g']],
  ['an audience that is no text', { aud: [{}] }, ['GHSA-m732-5p4w-x69g']],
  ['another issuer', { iss: 'https://evil.example' }, ATTACKERS_ISSUER],
  ['an issuer that ours begins with', { iss: 'http://localhost' }, []],
  ['a list of issuers, ours among them', { iss: ['http://localhost:8787'] }, []],
  ['a session id that is a list', { sid: ['0'.repeat(64)] }, []],
  ['permissions that are a text', { permissions: 'systemAdmin' }, []],
]

const CLAIMS = [
  ...WRONG_TIMES.map(([what, claims]) =>
    forged(`refuses ${what}, though the signature is genuine`, (scene) => genuine(scene, claims), ['GHSA-hm8q-7f3q-5f36']),
  ),
  ...WRONG_CLAIMS.map(([what, claims, advisories]) =>
    forged(`refuses ${what}, though the signature is genuine`, (scene) => genuine(scene, claims), advisories),
  ),
  forged('refuses the session of the victim for the attacker', async (scene) =>
    genuine(scene, { sub: scene.attacker.id, email: scene.attacker.email }),
  ),
  forged('refuses the victim’s name over the attacker’s session', async (scene) =>
    genuine(scene, { sid: scene.attacker.sessionId }),
  ),
  forged('refuses claims changed under the old signature', ({ victim, admin }) =>
    tamper(victim.access, { claims: { sub: admin.id, permissions: ['systemAdmin'] } }),
  ),
  forged('refuses a genuine signature under a key id that is not published', async ({ app, victim }) => {
    const key = await stealSigningKey(app)
    return resign(app, claimsOf(victim.access), 'at+jwt', { ...key, kid: `${key.kid.slice(0, -1)}_` })
  }),
]

const jwe = (header: object) => [encodePart(header), ...JWE_PARTS].join('.')

const ENCRYPTED = [
  forged(
    'refuses an encrypted token that asks for a million rounds of PBES2, and spends none',
    () =>
      jwe({ alg: 'PBES2-HS256+A128KW', enc: 'A128CBC-HS256', p2c: 1_000_000_000, p2s: 'AAAAAAAAAAAAAAAAAAAAAA', typ: 'at+jwt' }),
    ['GHSA-jv3g-j58f-9mq9'],
  ),
  forged(
    'refuses an encrypted token that would be inflated',
    () => jwe({ alg: 'dir', enc: 'A256GCM', zip: 'DEF', typ: 'at+jwt', kid: 'x' }),
    ['GHSA-hhhv-q57g-882q'],
  ),
  forged(
    'refuses an encrypted token in CBC, whatever its padding',
    () => jwe({ alg: 'dir', enc: 'A128CBC-HS256', typ: 'rt+jwt', kid: 'x' }),
    ['GHSA-58f5-hfqc-jgch', 'GHSA-4v4g-726h-xvfv', 'GHSA-rvcw-f68w-8h8h'],
  ),
]

export const tokenForgery: AttackClass = {
  name: 'Token forgery',
  cases: [...ALGORITHMS, ...KEYS_IN_HEADERS, ...CLAIMS, ...ENCRYPTED],
}
