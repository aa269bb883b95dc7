import { describe, expect, it } from 'vitest'
import { addressBucket, parseClientAddress, UNKNOWN_ADDRESS } from '../../../src/platform/identifiers/client-address.ts'

describe('parseClientAddress() takes', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['127.0.0.1', '127.0.0.1'],
    ['10.0.0.1', '10.0.0.1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['fe80::1', 'fe80::1'],
    ['2001:DB8::ABCD', '2001:db8::abcd'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['100:10::1000', '100:10::1000'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['::FFFF:c000:0201', '::ffff:192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201'],
  ])('%s as %s', (text, expected) => {
    expect(parseClientAddress(text)).toBe(expected)
    expect(parseClientAddress(expected)).toBe(expected)
  })
})

describe('parseClientAddress() knows nothing of', () => {
  it.each([
    ['a missing header', null],
    ['an empty one', ''],
    ['a word', 'localhost'],
    ['its own word', 'unknown'],
    ['white space', ' 192.0.2.1'],
    ['a newline', '192.0.2.1\n'],
    ['a list', '192.0.2.1, 192.0.2.2'],
    ['a port', '192.0.2.1:80'],
    ['a CIDR range', '192.0.2.0/24'],
    ['three octets', '192.0.2'],
    ['five octets', '192.0.2.1.1'],
    ['an octet of 256', '192.0.2.256'],
    ['an octet of a thousand', '192.0.2.1000'],
    ['a leading zero', '192.0.2.01'],
    ['two zeros', '192.0.2.00'],
    ['hex octets', '0xc0.0.2.1'],
    ['one number', '3221225985'],
    ['an empty octet', '192..2.1'],
    ['a sign', '+192.0.2.1'],
    ['digits that are not ASCII', '١٩٢.0.2.1'],
    ['a single colon', ':'],
    ['three colons', ':::'],
    ['two gaps', '1::2::3'],
    ['a colon at the start', ':1:2:3:4:5:6:7'],
    ['a colon at the end', '1:2:3:4:5:6:7:'],
    ['seven groups', '1:2:3:4:5:6:7'],
    ['nine groups', '1:2:3:4:5:6:7:8:9'],
    ['a gap for no group', '1:2:3:4::5:6:7:8'],
    ['a group of five digits', '12345::'],
    ['a group that is no hex', '2001:db8::g'],
    ['a zone id', 'fe80::1%eth0'],
    ['brackets', '[::1]'],
    ['a prefix length', '2001:db8::/32'],
    ['an embedded IPv4 address with a leading zero', '::ffff:192.0.2.01'],
    ['an embedded IPv4 address at the start', '192.0.2.1::'],
    ['an embedded IPv4 address in the middle', '::192.0.2.1:1'],
    ['an embedded IPv4 address before the gap', '1:192.0.2.1::'],
    ['seven groups and an IPv4 address', '1:2:3:4:5:6:7:192.0.2.1'],
    ['two embedded IPv4 addresses', '::192.0.2.1:192.0.2.1'],
    ['a megabyte of colons', ':'.repeat(2 ** 20)],
  ])('%s', (_, text) => {
    expect(parseClientAddress(text)).toBe(UNKNOWN_ADDRESS)
  })
})

describe('addressBucket()', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8::/64'],
    ['::1', '::/64'],
    [UNKNOWN_ADDRESS, UNKNOWN_ADDRESS],
    ['nonsense', UNKNOWN_ADDRESS],
  ])('counts %s under %s', (address, bucket) => {
    expect(addressBucket(address)).toBe(bucket)
  })

  it('counts two addresses of one subscriber together and of two apart', () => {
    expect(addressBucket('2001:db8:1:2::1')).toBe(addressBucket('2001:db8:1:2:ffff::1'))
    expect(addressBucket('2001:db8:1:2::1')).not.toBe(addressBucket('2001:db8:1:3::1'))
  })
})
