import { describe, expect, it } from 'vitest'
import { parseAcceptLanguage, parseLocale } from '../../../src/platform/identifiers/locale.ts'

describe('the language a browser asks for', () => {
  it.each([
    ['tr', 'tr'],
    ['es-MX,es;q=0.9,en;q=0.8', 'es'],
    ['TR-tr', 'tr'],
    ['de-DE,de;q=0.9,tr;q=0.5,en;q=0.4', 'tr'],
    ['en;q=0.3, es;q=0.31', 'es'],
    ['es;q=0.8,tr;q=0.8', 'es'],
    ['en;q=0.1,tr;q=1.000', 'tr'],
    ['en ; q=0.5 , tr ; q=0.6', 'tr'],
    ['en;Q=0.5,tr;Q=0.6', 'tr'],
    ['es;q=0,en;q=0.1', 'en'],
    ['en;q=0.9999,tr;q=0.2', 'tr'],
    ['en;q=2,tr;q=0.2', 'tr'],
    ['en;level=1,tr', 'tr'],
    [',,tr,', 'tr'],
  ])('of %j is %s', (field, locale) => {
    expect(parseAcceptLanguage(field)).toBe(locale)
  })

  it.each([
    undefined,
    null,
    '',
    '*',
    '*;q=0.5',
    'de',
    'e',
    'english',
    'esp',
    'tr;q=0',
    'tr;q=-1',
    'tr;q=',
    'en_US',
    ';',
    '__proto__',
    'x'.repeat(5000),
  ])('of %j is none', (field) => {
    expect(parseAcceptLanguage(field)).toBeNull()
  })

  it('is found without looking at more than anybody sends', () => {
    expect(parseAcceptLanguage(`${'de,'.repeat(100_000)}tr`)).toBeNull()
  })
})

describe('a language tag', () => {
  it.each([
    ['en', 'en'],
    [' ES ', 'es'],
    ['tr-TR', 'tr'],
    ['de', null],
    ['', null],
    ['constructor', null],
  ])('%j is %s', (tag, locale) => {
    expect(parseLocale(tag)).toBe(locale)
  })
})
