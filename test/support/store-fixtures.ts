// What the tests of the stores share: an empty schema and rows to put into it.
import { applyD1Migrations, reset } from 'cloudflare:test'
import type { Secret } from '../../src/platform/hashing/secret.ts'
import type { Registration } from '../../src/stores/accounts/registrations.ts'
import type { AuditEvent } from '../../src/stores/audit/audit-event.ts'
import { createDatabase, type Database } from '../../src/stores/database.ts'
import type { MailCaps, OutgoingMail } from '../../src/stores/mail/outbox.ts'
import { BINDINGS } from './harness.ts'

export const NOW = 1_800_000_000
export const HOUR = 3600
export const DAY = 86_400
export const CAPS: MailCaps = {
  perRequesterPerHour: 5,
  perRecipientPerDay: 20,
  ceilingPerDay: 50,
  ofRequesterPerHour: 60,
  perSenderPerHour: 10,
  isKnown: false,
}

export async function emptyDatabase(): Promise<Database> {
  await reset()
  await applyD1Migrations(BINDINGS.DB, BINDINGS.TEST_MIGRATIONS)
  return createDatabase(BINDINGS.DB, 5000)
}

/** Text in the place of a hash. */
export function secret(text: string): Secret {
  return text as Secret
}

export function newMail(changes: Partial<OutgoingMail> = {}): OutgoingMail {
  const id = crypto.randomUUID()
  return {
    id,
    recipient: 'ada@example.com',
    purpose: 'registration',
    requesterIp: '192.0.2.1',
    senderId: null,
    sealedMail: `sealed ${id}`,
    expiresAt: null,
    ...changes,
  }
}

export function newEvent(changes: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id: crypto.randomUUID(),
    at: NOW,
    what: 'sign_in',
    outcome: 'success',
    reason: null,
    userId: 'ada',
    sessionId: null,
    actor: 'user',
    ip: '192.0.2.1',
    userAgent: 'Test/1.0',
    face: 'v1',
    ...changes,
  }
}

/** With the hash of its password, which the store keeps beside it. */
export type HashedRegistration = Registration & { readonly passwordHash: Secret }

export function newRegistration(changes: Partial<HashedRegistration> = {}): HashedRegistration {
  return {
    id: crypto.randomUUID(),
    email: 'ada@example.com',
    username: null,
    usernameKey: null,
    firstName: null,
    lastName: null,
    passwordHash: secret('$scrypt$'),
    ip: '192.0.2.1',
    requester: '192.0.2.1',
    userAgent: '',
    locale: null,
    createdAt: NOW,
    expiresAt: NOW + DAY,
    ...changes,
  }
}
