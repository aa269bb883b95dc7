import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import type { Database } from '../../../src/stores/database.ts'
import { createOutbox, type OutboxRow, type OutgoingMail, queueMail } from '../../../src/stores/mail/outbox.ts'
import { CAPS, emptyDatabase, HOUR, NOW, newEvent, newMail } from '../../support/store-fixtures.ts'

async function queue(database: Database, mail: OutgoingMail, now = NOW, condition = sql`1`, caps = CAPS): Promise<boolean> {
  const [result] = await database.transact([queueMail(mail, caps, now, condition)])
  return (result?.meta.changes ?? 0) > 0
}

/** As whoever has just leased the mail for the n-th time knows it. */
const leased = (id: string, attempts = 1): OutboxRow => ({ id, attempts, sealedMail: '', createdAt: NOW, sentAt: null })

const queuedOf = (answers: readonly boolean[]) => answers.filter((isQueued) => isQueued).length

describe('queueing a mail', () => {
  it('30 times at once for one requester takes exactly the cap of an hour', async () => {
    const database = await emptyDatabase()
    const answers = await Promise.all(Array.from({ length: 30 }, () => queue(database, newMail())))
    expect(queuedOf(answers)).toBe(CAPS.perRequesterPerHour)
  })

  it('five times each for 30 requesters takes the cap of a day, then three of each while there is room, then the first of each', async () => {
    const database = await emptyDatabase()
    const answers = []
    for (let index = 0; index < 30; index += 1) {
      for (let count = 0; count < 5; count += 1) {
        answers.push(await queue(database, newMail({ requesterIp: `192.0.2.${index}` })))
      }
    }
    // 4 times 5, 3 times 3 and then one up to three fifths of the ceiling, and one each of those after them.
    expect(queuedOf(answers)).toBe(40)
  })

  it('60 times at once for different requesters takes the ceiling but for the part of known ones, who have it whole', async () => {
    const database = await emptyDatabase()
    const from = (index: number, caps = CAPS) =>
      queue(database, newMail({ requesterIp: `192.0.2.${index}`, purpose: index % 2 ? 'a' : 'b' }), NOW, sql`1`, caps)
    expect(queuedOf(await Promise.all(Array.from({ length: 60 }, (_, index) => from(index))))).toBe(40)
    const known = await Promise.all(Array.from({ length: 60 }, (_, index) => from(index + 100, { ...CAPS, isKnown: true })))
    expect(queuedOf(known)).toBe(10)
  })

  it('to subaddresses of one mailbox counts as to one', async () => {
    const database = await emptyDatabase()
    const tags = ['', '+a', '+b', '+c+d', '+e', '+f', '+g']
    const answers = await Promise.all(tags.map((tag) => queue(database, newMail({ recipient: `ada${tag}@example.com` }))))
    expect(queuedOf(answers)).toBe(CAPS.perRequesterPerHour)
    // A local part that is nothing else is itself.
    expect(await queue(database, newMail({ recipient: '+ada@example.com' }))).toBe(true)
  })

  it('by one account to any number of addresses takes exactly its budget', async () => {
    const database = await emptyDatabase()
    const send = (index: number, now = NOW) =>
      queue(database, newMail({ senderId: 'eve', recipient: `p${index}@example.com`, requesterIp: `192.0.2.${index}` }), now)
    expect(queuedOf(await Promise.all(Array.from({ length: 30 }, (_, index) => send(index))))).toBe(CAPS.perSenderPerHour)
    const outbox = createOutbox(database)
    expect(await outbox.findSenderWait('eve', CAPS.perSenderPerHour, NOW + 10)).toBe(HOUR - 10)
    expect(await outbox.findSenderWait('ada', CAPS.perSenderPerHour, NOW + 10)).toBe(0)
    expect([await send(40, NOW + HOUR - 1), await send(41, NOW + HOUR)]).toEqual([false, true])
  })

  it('from one requester to any number of addresses takes exactly its budget', async () => {
    const database = await emptyDatabase()
    const answers = await Promise.all(
      Array.from({ length: 70 }, (_, index) => queue(database, newMail({ recipient: `p${index}@example.com` }))),
    )
    expect(queuedOf(answers)).toBe(CAPS.ofRequesterPerHour)
  })

  it('counts per recipient and per purpose', async () => {
    const database = await emptyDatabase()
    for (let count = 1; count <= 5; count += 1) await queue(database, newMail())
    expect(await queue(database, newMail())).toBe(false)
    expect(await queue(database, newMail({ purpose: 'password_reset' }))).toBe(true)
    expect(await queue(database, newMail({ recipient: 'other@example.com' }))).toBe(true)
  })

  it('takes any number of notices, which have no caps', async () => {
    const database = await emptyDatabase()
    for (let count = 1; count <= 25; count += 1) {
      const [result] = await database.transact([queueMail(newMail({ purpose: 'notice' }), null, NOW, sql`1`)])
      expect(result?.meta.changes).toBe(1)
    }
  })

  it('does nothing where its condition does not hold', async () => {
    const database = await emptyDatabase()
    expect(await queue(database, newMail(), NOW, sql`EXISTS (SELECT 1 FROM users)`)).toBe(false)
    expect(await createOutbox(database).listForRecipient(null, 10)).toEqual([])
  })
})

describe('leasing mail', () => {
  it('gives each mail to one of many who ask at once, and to nobody else until the lease is over', async () => {
    const database = await emptyDatabase()
    const outbox = createOutbox(database)
    for (let index = 0; index < 12; index += 1) await queue(database, newMail({ recipient: `${index}@example.com` }))
    const leases = await Promise.all(Array.from({ length: 6 }, () => outbox.lease(NOW, 120, 3)))
    expect(leases.map((rows) => rows.length).toSorted()).toEqual([0, 0, 3, 3, 3, 3])
    expect(new Set(leases.flat().map(({ id }) => id)).size).toBe(12)
    expect(await outbox.lease(NOW + 119, 120, 20)).toEqual([])
    const again = await outbox.lease(NOW + 120, 120, 20)
    expect(again.map(({ attempts }) => attempts)).toEqual(Array(12).fill(2))
  })

  it('leaves out what is sent, given up, or not due yet', async () => {
    const database = await emptyDatabase()
    const outbox = createOutbox(database)
    const [sent, kept, failed, dropped] = ['sent', 'kept', 'failed', 'dropped'].map((id) => newMail({ id, recipient: id })) as [
      OutgoingMail,
      OutgoingMail,
      OutgoingMail,
      OutgoingMail,
    ]
    for (const mail of [sent, kept, failed, dropped]) await queue(database, mail)
    await outbox.lease(NOW, 120, 10)
    await outbox.markSent('sent', NOW, false)
    await outbox.markSent('kept', NOW, true)
    await outbox.markFailed(leased('failed'), NOW + HOUR, 'smtp_421')
    await outbox.markDead(leased('dropped'), newEvent(), 'smtp_550', true)
    expect(await outbox.lease(NOW + HOUR - 1, 120, 10)).toEqual([])
    expect((await outbox.lease(NOW + HOUR, 120, 10)).map(({ id }) => id)).toEqual(['failed'])
    expect((await outbox.listForRecipient(null, 10)).map(({ id }) => id)).toEqual(['dropped', 'failed', 'kept'])
  })

  it('leaves out what is not worth sending any more, since its token has expired', async () => {
    const database = await emptyDatabase()
    const outbox = createOutbox(database)
    await queue(database, newMail({ id: 'brief', expiresAt: NOW + 60 }))
    await queue(database, newMail({ id: 'lasting', expiresAt: NOW + 61 }))
    expect((await outbox.lease(NOW + 60, 120, 10)).map(({ id }) => id)).toEqual(['lasting'])
  })

  it('that has been leased again since is nothing an earlier lease may still mark as failed or dead', async () => {
    const database = await emptyDatabase()
    const outbox = createOutbox(database)
    await queue(database, newMail({ id: 'slow' }))
    const [first] = await outbox.lease(NOW, 120, 1)
    const [second] = await outbox.lease(NOW + 120, 120, 1)
    if (!first || !second) throw new Error('nothing was leased')
    await outbox.markDead(first, newEvent({ at: NOW + 121 }), 'smtp_550', false)
    await outbox.markFailed(first, NOW + 9999, 'smtp_421')
    expect(await outbox.lease(NOW + 240, 120, 1)).toMatchObject([{ id: 'slow', attempts: 3 }])
    await outbox.markSent('slow', NOW + 241, true)
    await outbox.markDead(leased('slow', 3), newEvent({ at: NOW + 242 }), 'smtp_550', false)
    expect(await outbox.listForRecipient(null, 1)).toMatchObject([{ id: 'slow', sentAt: NOW + 241 }])
  })
})

describe('the outbox', () => {
  it('lists newest first, of the same second too, for one recipient or all', async () => {
    const database = await emptyDatabase()
    const outbox = createOutbox(database)
    await queue(database, newMail({ id: '1' }), NOW)
    await queue(database, newMail({ id: '2', recipient: 'other@example.com' }), NOW)
    await queue(database, newMail({ id: '3' }), NOW)
    await queue(database, newMail({ id: '0' }), NOW - 1)
    expect((await outbox.listForRecipient(null, 10)).map(({ id }) => id)).toEqual(['3', '2', '1', '0'])
    expect((await outbox.listForRecipient('ada@example.com', 2)).map(({ id }) => id)).toEqual(['3', '1'])
  })

  it('deletes rows older than asked, so many at a time', async () => {
    const database = await emptyDatabase()
    const outbox = createOutbox(database)
    for (const age of [5, 4, 3]) {
      await queue(database, newMail({ id: String(age) }), NOW - age)
      await outbox.markSent(String(age), NOW, true)
    }
    await outbox.purge(NOW - 3, 0, 1)
    expect(await outbox.listForRecipient(null, 10)).toHaveLength(2)
    await outbox.purge(NOW - 3, 0, 10)
    expect((await outbox.listForRecipient(null, 10)).map(({ id }) => id)).toEqual(['3'])
  })

  it('keeps mail that nobody has got round to sending as long as dead letters', async () => {
    const database = await emptyDatabase()
    const outbox = createOutbox(database)
    await queue(database, newMail({ id: 'waits' }), NOW - 5)
    await outbox.purge(NOW, NOW - 5, 10)
    expect(await outbox.lease(NOW, 120, 10)).toHaveLength(1)
    await outbox.purge(NOW, NOW - 4, 10)
    expect(await outbox.listForRecipient(null, 10)).toEqual([])
  })

  it('keeps dead letters for longer', async () => {
    const database = await emptyDatabase()
    const outbox = createOutbox(database)
    await queue(database, newMail({ id: 'dead' }), NOW - 5)
    await outbox.lease(NOW, 120, 1)
    await outbox.markDead(leased('dead'), newEvent(), 'smtp_550', true)
    await outbox.purge(NOW, NOW - 5, 10)
    expect(await outbox.listForRecipient(null, 10)).toHaveLength(1)
    await outbox.purge(NOW, NOW - 4, 10)
    expect(await outbox.listForRecipient(null, 10)).toEqual([])
  })

  it('empties what has expired unsent, and names it once', async () => {
    const database = await emptyDatabase()
    const outbox = createOutbox(database)
    for (const id of ['waits', 'dead', 'sent']) await queue(database, newMail({ id, recipient: id, expiresAt: NOW + 60 }))
    await queue(database, newMail({ id: 'notice', recipient: 'notice' }))
    await outbox.lease(NOW, 120, 10)
    await outbox.markDead(leased('dead'), newEvent(), 'smtp_550', true)
    await outbox.markSent('sent', NOW, true)
    expect(await outbox.expire(newEvent({ at: NOW + 59 }), 10)).toEqual([])
    expect(await outbox.expire(newEvent({ at: NOW + 60 }), 10)).toEqual(['waits'])
    expect(await outbox.expire(newEvent({ at: NOW + 60 }), 10)).toEqual([])
    expect((await outbox.listForRecipient(null, 10)).map(({ id }) => id)).toEqual(['notice', 'sent'])
  })
})
