// What the ledger can tell of a new session: whether it comes from a device of before, and when its user last proved it.
import { describe, expect, it } from 'vitest'
import { isSameDevice } from '../../../src/objects/session-ledger/session-rules.ts'
import { ledgerOf, NOW, newSession, standing } from '../../support/session-fixtures.ts'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const FIREFOX_LATER = 'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0'
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/147.0.0.0 Safari/537.36'

const userId = crypto.randomUUID()
const at = (ip: string, userAgent = FIREFOX) => newSession(userId, { ip, userAgent })

describe('isSameDevice()', () => {
  it.each([
    ['another version of the program', at('192.0.2.1'), at('192.0.2.1', FIREFOX_LATER), true],
    ['another address of the network', at('192.0.2.1'), at('192.0.2.254'), true],
    ['another network', at('192.0.2.1'), at('192.0.3.1'), false],
    ['another program', at('192.0.2.1'), at('192.0.2.1', CHROME), false],
    ['another address of an IPv6 /64', at('2001:db8::1'), at('2001:db8::ffff:1'), true],
    ['another IPv6 /64', at('2001:db8::1'), at('2001:db8:0:1::1'), false],
    ['no address known', at('unknown'), at('unknown'), true],
    ['an address not known any more', at('192.0.2.1'), at('unknown'), false],
  ])('judges %s', (_, one, other, expected) => {
    expect(isSameDevice(one, other)).toBe(expected)
    expect(isSameDevice(other, one)).toBe(expected)
  })
})

describe('SessionLedger: new devices', () => {
  it('knows none before the first session, and only those of the user after it', async () => {
    const ledger = ledgerOf(userId)
    const isNew = async (session: ReturnType<typeof at>) => (await ledger.create(session, NOW)).isFromNewDevice
    expect(await isNew(at('192.0.2.1'))).toBe(false)
    expect(await isNew(at('192.0.2.7', FIREFOX_LATER))).toBe(false)
    expect(await isNew(at('198.51.100.1'))).toBe(true)
    expect(await isNew(at('198.51.100.2'))).toBe(false)
    expect(await isNew(at('198.51.100.2', CHROME))).toBe(true)
  })

  it('knows the device of a session that has ended', async () => {
    const own = crypto.randomUUID()
    const ledger = ledgerOf(own)
    const first = newSession(own)
    await ledger.create(first, NOW)
    await ledger.revoke(first.id, NOW)
    expect((await ledger.create(newSession(own), NOW)).isFromNewDevice).toBe(false)
  })
})

describe('SessionLedger: reauthenticating', () => {
  it('raises the time of a live session of this epoch, and never lowers it', async () => {
    const own = crypto.randomUUID()
    const ledger = ledgerOf(own)
    const session = newSession(own)
    await ledger.create(session, NOW)
    expect((await ledger.reauthenticate(session.id, standing(3), NOW + 900))?.authTime).toBe(NOW + 900)
    expect((await ledger.reauthenticate(session.id, standing(3), NOW + 800))?.authTime).toBe(NOW + 900)
    expect(await ledger.reauthenticate(session.id, standing(4), NOW + 901)).toBeNull()
    expect(await ledger.reauthenticate(newSession(own).id, standing(3), NOW + 901)).toBeNull()
    await ledger.revoke(session.id, NOW + 902)
    expect(await ledger.reauthenticate(session.id, standing(3), NOW + 903)).toBeNull()
    expect((await ledger.find(session.id))?.authTime).toBe(NOW + 900)
  })
})
