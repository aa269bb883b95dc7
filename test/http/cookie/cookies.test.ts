import { describe, expect, it } from 'vitest'
import { readTokenCookies } from '../../../src/http/cookie/cookies.ts'

const BOTH = { accessToken: 'a', refreshToken: 'r' }
const NEITHER = { accessToken: null, refreshToken: null }

describe('readTokenCookies()', () => {
  it.each([
    ['one line', 'accessToken=a; refreshToken=r'],
    ['one line without spaces', 'refreshToken=r;accessToken=a'],
    ['two lines joined by a comma', 'accessToken=a, refreshToken=r'],
    ['two lines joined by a bare comma', 'refreshToken=r,accessToken=a'],
    ['quoted values', 'accessToken="a"; refreshToken="r"'],
    ['others around them', 'theme=dark; accessToken=a; x=1, 2; refreshToken=r; lang=es'],
    ['others whose values have commas', 'list=1,2,3, refreshToken=r; accessToken=a'],
    ['the same value twice', 'accessToken=a; refreshToken=r, accessToken=a'],
    ['spaces around the signs', ' accessToken = a ;  refreshToken = r '],
    ['names of objects', '__proto__=x; constructor=y; accessToken=a; toString=z; refreshToken=r'],
  ])('finds both: %s', (_, header) => {
    expect(readTokenCookies(header)).toEqual(BOTH)
  })

  it('keeps what is behind the first equals sign', () => {
    expect(readTokenCookies('accessToken=a=b==')).toEqual({ accessToken: 'a=b==', refreshToken: null })
  })

  it('splits at a comma before these two names only', () => {
    expect(readTokenCookies('accessToken=a, other=b')).toEqual({ accessToken: 'a, other=b', refreshToken: null })
    expect(readTokenCookies('accessToken=a, refreshTokens=b')).toEqual({ accessToken: 'a, refreshTokens=b', refreshToken: null })
  })

  it.each([
    ['by semicolon', 'accessToken=a; accessToken=b; refreshToken=r'],
    ['by comma', 'refreshToken=r, refreshToken=s'],
    ['an empty one beside it', 'accessToken=; accessToken=a; refreshToken=r'],
  ])('takes neither where one name has two values: %s', (_, header) => {
    expect(readTokenCookies(header)).toEqual(NEITHER)
  })

  it.each([
    undefined,
    '',
    ';;;',
    ',,,',
    'accessToken',
    'AccessToken=a; REFRESHTOKEN=r',
    'xaccessToken=a; refreshTokenx=r',
    '__Host-accessToken=a',
    '\u00a0accessToken=a; \u2003refreshToken=r',
    'accessToken\u00a0=a; refreshToken\ufeff=r',
    'a=b,\u00a0accessToken=a',
  ])('finds neither in %j', (header) => {
    expect(readTokenCookies(header)).toEqual(NEITHER)
  })

  it.each([
    ['commas', `${', '.repeat(50_000)}accessToken=a`],
    ['blanks', `a=b${' '.repeat(100_000)}c; accessToken=a`],
  ])('reads a long line of %s in no time', (_, header) => {
    const startedAt = performance.now()
    expect(readTokenCookies(header).accessToken).toBe('a')
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })
})
