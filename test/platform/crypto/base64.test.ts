import { describe, expect, it } from 'vitest'
import { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url } from '../../../src/platform/crypto/base64.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

describe('base64', () => {
  it.each([
    ['', ''],
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg'],
    ['fooba', 'Zm9vYmE'],
    ['foobar', 'Zm9vYmFy'],
  ])('says %j as RFC 4648 §10 does, less the padding', (text, encoded) => {
    expect(encodeBase64(bytesOf(text))).toBe(encoded)
    expect(decodeBase64(encoded)).toEqual(bytesOf(text))
  })

  it('uses the alphabet it is named after', () => {
    const bytes = Uint8Array.of(0xfb, 0xef, 0xff)
    expect(encodeBase64(bytes)).toBe('++//')
    expect(encodeBase64Url(bytes)).toBe('--__')
    expect(decodeBase64Url('--__')).toEqual(bytes)
    expect(decodeBase64('--__')).toBeNull()
    expect(decodeBase64Url('++//')).toBeNull()
  })

  it('takes all bytes there and back', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes)
    expect(decodeBase64Url(encodeBase64Url(bytes))).toEqual(bytes)
  })

  it.each([
    ['padding', 'Zg=='],
    ['spare bits', 'Zh'],
    ['a length that no bytes have', 'Z'],
    ['white space', 'Zm 9v'],
    ['a newline at the end', 'Zm9v\n'],
    ['letters that are not ASCII', 'Zmé='],
  ])('refuses %s', (_, text) => {
    expect(decodeBase64(text)).toBeNull()
    expect(decodeBase64Url(text)).toBeNull()
  })
})
