import { describe, expect, it } from 'vitest'
import { createCredentials } from '../../../src/stores/accounts/credentials.ts'
import { createRegistrations } from '../../../src/stores/accounts/registrations.ts'
import { createUsers } from '../../../src/stores/accounts/users.ts'
import type { Database } from '../../../src/stores/database.ts'
import { createMailRequests } from '../../../src/stores/mail/mail-requests.ts'
import { createOutbox } from '../../../src/stores/mail/outbox.ts'
import {
  CAPS,
  DAY,
  emptyDatabase,
  type HashedRegistration,
  NOW,
  newEvent,
  newMail,
  newRegistration,
  secret,
} from '../../support/store-fixtures.ts'

async function setUp() {
  const database = await emptyDatabase()
  const registrations = createRegistrations(database)
  const create = (registration: HashedRegistration, hash: string) =>
    registrations.create(
      withoutHash(registration),
      registration.passwordHash,
      { tokenHash: hash, purpose: 'verify_email', subject: registration.id, expiresAt: registration.expiresAt },
      newMail({ recipient: registration.email }),
      newEvent(),
      CAPS,
    )
  const confirm = async (hash: string, now = NOW) =>
    (await registrations.confirm(hash, crypto.randomUUID(), newEvent(), now, null)) !== null
  return {
    database,
    registrations,
    users: createUsers(database),
    credentials: createCredentials(database),
    outbox: createOutbox(database),
    create,
    confirm,
  }
}

const withoutHash = ({ passwordHash: _, ...rest }: HashedRegistration) => rest

/** A request for another mail that nobody has answered yet. @returns its id */
async function askFor(database: Database): Promise<string> {
  const id = crypto.randomUUID()
  const client = { ip: '192.0.2.1', userAgent: '', face: 'v1', caller: null } as const
  const request = { id, purpose: 'registration', email: 'ada@example.com', ...client, createdAt: NOW, nextAttemptAt: NOW } as const
  await createMailRequests(database).add(request)
  return id
}

const claiming = (key: string, changes: Partial<HashedRegistration> = {}) =>
  newRegistration({ username: key, usernameKey: key, ...changes })

describe('confirming', () => {
  it('makes the registration the account, whole', async () => {
    const { users, credentials, create, confirm } = await setUp()
    const registration = claiming('ada', { firstName: 'Ada', lastName: 'Lovelace', passwordHash: secret('hers'), locale: 'tr' })
    await create(registration, 'hash')
    expect(await confirm('hash', NOW + 5)).toBe(true)
    const { id, email, username, usernameKey, firstName, lastName, locale } = registration
    expect(await users.findById(id)).toEqual({
      ...{ id, email, username, usernameKey, firstName, lastName, locale },
      ...{ emailVerifiedAt: NOW + 5, createdAt: NOW + 5, updatedAt: NOW + 5 },
      ...{
        permissions: [],
        number: expect.any(Number),
        disabledAt: null,
        sessionEpoch: 1,
        keptSession: null,
        externalId: null,
        importedFactors: null,
        hasPassword: true,
        pinName: null,
      },
    })
    expect(await credentials.findPasswordOf(id)).toEqual({ hash: 'hers', lastUsedAt: null })
  })

  it('with another password makes an account that only that one opens', async () => {
    const { registrations, credentials, create } = await setUp()
    const registration = claiming('ada', { passwordHash: secret('a stranger’s') })
    await create(registration, 'hash')
    await registrations.confirm('hash', 'nonce', newEvent(), NOW, secret('hers'))
    expect(await credentials.findPasswordByUsernameKey('ada')).toMatchObject({ stored: { hash: 'hers' } })
    expect(await registrations.confirm('hash', 'late', newEvent(), NOW, secret('another'))).toBe('spent')
    expect(await credentials.findPasswordOf(registration.id)).toMatchObject({ hash: 'hers' })
  })

  it('of 20 different links of one address at once succeeds for one alone', async () => {
    const { create, confirm } = await setUp()
    const hashes = Array.from({ length: 20 }, (_, index) => `hash ${index}`)
    for (const hash of hashes) await create(newRegistration(), hash)
    const answers = await Promise.all(hashes.map((hash) => confirm(hash)))
    expect(answers.filter((answer) => answer)).toHaveLength(1)
  })

  it('two addresses that hold different usernames gives each its own', async () => {
    const { users, create, confirm } = await setUp()
    await create(claiming('ada'), 'hash 1')
    await create(claiming('eve', { email: 'eve@example.com' }), 'hash 2')
    expect(await Promise.all([confirm('hash 1'), confirm('hash 2')])).toEqual([true, true])
    expect(await users.findByUsernameKey('ada')).toMatchObject({ email: 'ada@example.com' })
    expect(await users.findByUsernameKey('eve')).toMatchObject({ email: 'eve@example.com' })
  })

  it('is refused without a registration, at the end of the token, and for an unknown one', async () => {
    const { create, confirm } = await setUp()
    await create(newRegistration(), 'hash')
    expect(await confirm('hash', NOW + DAY)).toBe(false)
    expect(await confirm('another hash')).toBe(false)
    expect(await confirm('hash', NOW + DAY - 1)).toBe(true)
    expect(await confirm('hash', NOW + DAY - 1)).toBe(true)
    expect(await confirm('hash', NOW + DAY)).toBe(false)
  })
})

describe('a claim on a username', () => {
  it('is refused to another address together with everything else, mail included', async () => {
    const { registrations, create } = await setUp()
    expect(await create(claiming('ada'), 'hash 1')).toBe(true)
    expect(await create(claiming('ada', { email: 'eve@example.com' }), 'hash 2')).toBe(false)
    expect(await registrations.findByToken('hash 2', NOW)).toBeNull()
    expect(await registrations.findForResend('eve@example.com', '192.0.2.1', NOW)).toEqual({
      account: null,
      registration: null,
      isReserved: false,
    })
  })

  it('is told to be taken or free by who asks and when', async () => {
    const { registrations, create, confirm } = await setUp()
    await create(claiming('ada'), 'hash')
    const ask = (email: string, usernameKey: string | null, now: number) =>
      registrations.lookUp({ email, usernameKey, passwordKey: 'four unusual words' }, now)
    const isTaken = async (email: string, now: number) => (await ask(email, 'ada', now)).usernameTaken
    expect(await isTaken('ada@example.com', NOW)).toBe(false)
    expect(await isTaken('eve@example.com', NOW + DAY - 1)).toBe(true)
    expect(await isTaken('eve@example.com', NOW + DAY)).toBe(false)
    await confirm('hash')
    expect(await isTaken('ada@example.com', NOW)).toBe(true)
    expect(await isTaken('eve@example.com', NOW + 400 * DAY)).toBe(true)
    expect((await ask('eve@example.com', null, NOW)).usernameTaken).toBe(false)
  })
})

describe('what a link leads to', () => {
  it('is the registration while it is pending, the address once it is confirmed, and nothing for links outdone', async () => {
    const { registrations, create, confirm } = await setUp()
    const registration = newRegistration()
    await create(registration, 'hash 1')
    await create(newRegistration(), 'hash 2')
    expect(await registrations.findByToken('hash 1', NOW)).toEqual({ state: 'pending', registration: withoutHash(registration) })
    expect(await registrations.findByToken('hash 1', NOW + DAY)).toBeNull()
    await confirm('hash 1')
    expect(await registrations.findByToken('hash 1', NOW)).toEqual({ state: 'confirmed', email: 'ada@example.com' })
    expect(await registrations.findByToken('hash 2', NOW)).toBeNull()
  })

  it('for a link added later is the same registration, and lasts no longer', async () => {
    const { database, registrations, create } = await setUp()
    const registration = newRegistration()
    await create(registration, 'hash 1')
    const asked = () => askFor(database)
    const link = { registrationId: registration.id, email: registration.email, caps: CAPS, event: newEvent() }
    const later = NOW + DAY - 1
    await registrations.addLink({ ...link, requestId: await asked(), mail: newMail(), tokenHash: 'hash 2', now: later })
    expect(await registrations.findByToken('hash 2', later)).toEqual({ state: 'pending', registration: withoutHash(registration) })
    expect(await registrations.findByToken('hash 2', later + 1)).toBeNull()
    await registrations.addLink({ ...link, requestId: await asked(), mail: newMail(), tokenHash: 'hash 3', now: later + 1 })
    expect(await registrations.findByToken('hash 3', later)).toBeNull()
  })

  it('is nothing for a link whose mail a cap held back', async () => {
    const { database, registrations, create } = await setUp()
    const registration = newRegistration()
    await create(registration, 'hash')
    const link = {
      registrationId: registration.id,
      email: registration.email,
      caps: { ...CAPS, perRequesterPerHour: 1 },
      event: newEvent(),
      now: NOW,
      requestId: await askFor(database),
    }
    await registrations.addLink({ ...link, mail: newMail(), tokenHash: 'held back' })
    expect(await registrations.findByToken('held back', NOW)).toBeNull()
  })

  it('is never anything for an address without a registration, and a request that was answered is not answered again', async () => {
    const { database, registrations, outbox } = await setUp()
    const requestId = await askFor(database)
    const link = { registrationId: null, email: 'eve@example.com', caps: CAPS, event: newEvent(), now: NOW, requestId }
    await Promise.all(
      ['hash 1', 'hash 2'].map((tokenHash) => registrations.addLink({ ...link, mail: newMail(), event: newEvent(), tokenHash })),
    )
    expect(await outbox.listForRecipient(null, 10)).toHaveLength(1)
    expect(await registrations.findByToken('hash 1', NOW)).toBeNull()
    expect(await registrations.findByToken('hash 2', NOW)).toBeNull()
  })
})
