import { describe, expect, it } from 'vitest'
import { parseEmailAddress } from '../../../src/platform/identifiers/email-address.ts'

const LABEL_63 = 'd'.repeat(63)

describe('parseEmailAddress() normalises', () => {
  it.each([
    ['an address as it is', 'alice@example.com', 'alice@example.com'],
    ['case, in both parts', 'Alice.Smith@EXAMPLE.Com', 'alice.smith@example.com'],
    ['an international domain', 'a@bücher.de', 'a@xn--bcher-kva.de'],
    ['an international domain in upper case', 'a@BÜCHER.DE', 'a@xn--bcher-kva.de'],
    ['a decomposed domain', 'a@bu\u0308cher.de', 'a@xn--bcher-kva.de'],
    ['a domain already in punycode', 'a@XN--BCHER-KVA.de', 'a@xn--bcher-kva.de'],
    ['a right-to-left domain', 'a@مثال.إختبار', 'a@xn--mgbh0fb.xn--kgbechtv'],
    ['a full-width domain', 'a@ｅｘａｍｐｌｅ.com', 'a@example.com'],
    ['a sharp s, which is a letter of its own', 'a@faß.de', 'a@xn--fa-hia.de'],
    ['a plus tag', 'a+b@example.com', 'a+b@example.com'],
    ['a percent sign, literally', 'a%40b@example.com', 'a%40b@example.com'],
    ['every other character of a dot-atom', "!#$&'*/=?^_`{|}~-@example.com", "!#$&'*/=?^_`{|}~-@example.com"],
    ['subdomains, digits and hyphens', 'a@1a.b-2.co.uk', 'a@1a.b-2.co.uk'],
    ['a domain that is named like a prototype member', '__proto__@constructor.com', '__proto__@constructor.com'],
    ['a local part of 64', `${'l'.repeat(64)}@example.com`, `${'l'.repeat(64)}@example.com`],
    ['a label of 63', `a@${LABEL_63}.de`, `a@${LABEL_63}.de`],
  ])('%s', (_, text, expected) => {
    expect(parseEmailAddress(text)).toBe(expected)
    expect(parseEmailAddress(expected)).toBe(expected)
  })

  it('keeps homographs apart: a Cyrillic а shows as punycode', () => {
    expect(parseEmailAddress('a@ex\u0430mple.com')).toBe('a@xn--exmple-4nf.com')
  })

  it('takes 254 characters in all and not one more', () => {
    const longest = `${'l'.repeat(62)}@${LABEL_63}.${LABEL_63}.${'d'.repeat(60)}.de`
    expect(longest).toHaveLength(254)
    expect(parseEmailAddress(longest)).toBe(longest)
    expect(parseEmailAddress(`l${longest}`)).toBeNull()
  })
})

describe('parseEmailAddress() refuses', () => {
  it.each([
    ['nothing', ''],
    ['a lone @', '@'],
    ['no local part', '@example.com'],
    ['no domain', 'a@'],
    ['no @', 'example.com'],
    ['an encoded @', 'a%40example.com'],
    ['a full-width @', 'a＠example.com'],
    ['two @', 'a@b@example.com'],
    ['white space in front', ' a@example.com'],
    ['white space behind', 'a@example.com '],
    ['white space inside', 'a b@example.com'],
    ['a newline behind', 'a@example.com\n'],
    ['a header smuggled in', 'a@example.com\r\nBcc: b@example.com'],
    ['a tab in the domain, which a URL drops', 'a@exam\tple.com'],
    ['NUL', 'a\0@example.com'],
    ['a comma-joined list', 'a@example.com,b@example.com'],
    ['a list of local parts', 'a,b@example.com'],
    ['a semicolon-joined list', 'a@example.com;b@example.com'],
    ['a display name', 'Alice <a@example.com>'],
    ['angle brackets', '<a@example.com>'],
    ['a comment', 'a(comment)@example.com'],
    ['a quoted local part', '"quoted"@x.yz'],
    ['a quoted @', '"a@b"@example.com'],
    ['a backslash', 'a\\b@example.com'],
    ['a mailto link', 'mailto:a@example.com'],
    ['a dot at the start', '.a@example.com'],
    ['a dot at the end of the local part', 'a.@example.com'],
    ['two dots', 'a..b@example.com'],
    ['a local part that is not ASCII', 'ä@example.com'],
    ['a full-width local part', 'ａ@example.com'],
    ['a Kelvin sign, whose lower case is an ASCII k', '\u212A@example.com'],
    ['a zero width space', 'a\u200B@example.com'],
    ['a joiner in the domain', 'a@exam\u200Dple.com'],
    ['a soft hyphen in the domain', 'a@exam\u00ADple.com'],
    ['a variation selector in the domain', 'a@exam\uFE0Fple.com'],
    ['a Hangul filler in the domain', 'a@exam\u3164ple.com'],
    ['a right-to-left override', 'a@exam\u202Eple.com'],
    ['a lone surrogate in the local part', 'a\uD800@example.com'],
    ['a lone surrogate in the domain', 'a@ex\uDC00ample.com'],
    ['an emoji', 'a@☃.net'],
    ['an encoded character in the domain', 'a@ex%61mple.com'],
    ['a port', 'a@example.com:25'],
    ['a path', 'a@example.com/b'],
    ['a query', 'a@example.com?b'],
    ['a fragment', 'a@example.com#b'],
    ['an underscore in the domain', 'a@ex_ample.com'],
    ['a domain of one label', 'a@localhost'],
    ['a trailing dot', 'a@example.com.'],
    ['an ideographic full stop', 'a@example。com'],
    ['an empty label', 'a@example..com'],
    ['a leading dot', 'a@.example.com'],
    ['a hyphen at a label’s start', 'a@-example.com'],
    ['a hyphen at a label’s end', 'a@example-.com'],
    ['a mark at a label’s start', 'a@\u0301example.com'],
    ['punycode that means nothing', 'a@xn--zzzzzz999.de'],
    ['punycode of ASCII, a second spelling of it', 'a@xn--abc-.de'],
    ['empty punycode', 'a@xn--.de'],
    ['letters that would be read both ways', 'a@1אב.com'],
    ['an IPv4 address', 'a@127.0.0.1'],
    ['a short IPv4 address', 'a@127.1'],
    ['an IPv4 address in hex', 'a@0x7f.0x1'],
    ['an IPv4 address in octal', 'a@0177.0.0.01'],
    ['a full-width IPv4 address', 'a@１２７.0.0.1'],
    ['an IPv4 address in mathematical digits', 'a@\u{1D7D9}.\u{1D7DA}.3.4'],
    ['a hex number as the last label', 'a@example.0x7f'],
    ['a bare hex prefix as the last label', 'a@example.0x'],
    ['a number as the last label', 'a@example.123'],
    ['a number too large for IPv4', 'a@example.99999999999'],
    ['an IPv4 literal', 'a@[127.0.0.1]'],
    ['an IPv6 literal', 'a@[IPv6:::1]'],
    ['a local part of 65', `${'l'.repeat(65)}@example.com`],
    ['a label of 64', `a@${'d'.repeat(64)}.de`],
    ['a label of 64 once it is punycode', `a@${'ü'.repeat(60)}.de`],
    ['a megabyte', `a@${'d.'.repeat(2 ** 19)}de`],
  ])('%s', (_, text) => {
    expect(parseEmailAddress(text)).toBeNull()
  })
})
