// Tokens as an attacker would like to make them, and as only the holder of the keys could.
import { decodeBase64Url, encodeBase64Url } from '../../src/platform/crypto/base64.ts'
import { importHmacKey, importSigningKey, type SigningKey, signSymmetricToken, signToken } from '../../src/platform/crypto/jwt.ts'
import { createKeyring } from '../../src/platform/crypto/keyring.ts'
import { decodePart, encodePart, rows } from './fixtures.ts'
import type { TestApp } from './harness.ts'

export function headerOf(token: string): Record<string, unknown> {
  return JSON.parse(decodePart(token.split('.')[0] ?? ''))
}

/** The same token with another header or other claims, under the signature it had. */
export function tamper(token: string, changes: { header?: object; claims?: object; signature?: string }): string {
  const [header = '', claims = '', signature = ''] = token.split('.')
  const merge = (part: string, change: object) => encodePart({ ...JSON.parse(decodePart(part)), ...change })
  return [merge(header, changes.header ?? {}), merge(claims, changes.claims ?? {}), changes.signature ?? signature].join('.')
}

function secretOf(app: TestApp): string {
  return String((app.bindings as unknown as Record<string, unknown>).AUTH_SECRET)
}

/** The key that signs access tokens, as whoever holds D1 and AUTH_SECRET could open it. */
export async function stealSigningKey(app: TestApp): Promise<SigningKey> {
  const [row] = await rows<{ kid: string; sealed_private_jwk: string }>(
    'SELECT * FROM signing_keys ORDER BY generation DESC LIMIT 1',
  )
  const opened = await createKeyring({ current: secretOf(app) }).open('signing-keys', row?.sealed_private_jwk ?? '', row?.kid ?? '')
  return { kid: row?.kid ?? '', privateKey: await importSigningKey(JSON.parse(opened ?? '{}')) }
}

/** The key of stable tokens, likewise. */
async function stealStableKey(app: TestApp): Promise<{ kid: string; key: CryptoKey }> {
  const [row] = await rows<{ kid: string; sealed_key: string }>('SELECT * FROM stable_keys ORDER BY generation DESC LIMIT 1')
  const opened = await createKeyring({ current: secretOf(app) }).open('stable-keys', row?.sealed_key ?? '', row?.kid ?? '')
  return { kid: row?.kid ?? '', key: await importHmacKey(decodeBase64Url(opened ?? '') ?? new Uint8Array()) }
}

/** A stable token with a genuine signature over other claims, unless another key is given. */
export async function resignStable(app: TestApp, claims: object, other?: CryptoKey): Promise<string> {
  const { kid, key } = await stealStableKey(app)
  return signSymmetricToken('st+jwt', JSON.parse(JSON.stringify(claims)), kid, other ?? key)
}

/** A token with a genuine signature over other claims (`undefined` removes one) or of another type. */
export async function resign(app: TestApp, claims: object, type = 'at+jwt', key?: SigningKey): Promise<string> {
  return signToken(type, JSON.parse(JSON.stringify(claims)), key ?? (await stealSigningKey(app)))
}

/** A refresh token under whichever secret, purpose and type. */
export async function makeRefreshToken(claims: object, secret: string, { purpose = 'refresh-tokens', type = 'rt+jwt' } = {}) {
  const signer = await createKeyring({ current: secret }).hmacKey(purpose)
  if (!signer) throw new Error('no key')
  return signSymmetricToken(type, { ...claims }, signer.keyId, signer.key)
}

/** HS256 under the given key text: what a verifier without a fixed algorithm falls for when that is a public key. */
export async function signHs256(header: object, claims: object, keyText: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const encoder = new TextEncoder()
  const key = await crypto.subtle.importKey('raw', encoder.encode(keyText), algorithm, false, ['sign'])
  const text = `${encodePart(header)}.${encodePart(claims)}`
  return `${text}.${encodeBase64Url(new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text))))}`
}

/** Another spelling of the same signature: its last character carries two spare bits. */
export function respell(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(token.slice(-1))
  return token.slice(0, -1) + alphabet[last + (last % 4 === 3 ? -1 : 1)]
}
