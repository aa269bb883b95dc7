// The D1 schema: every table Postern keeps, and why each column is there. `npm run migrations` turns a change of this
// file into the next numbered file under migrations/. All times are epoch seconds.
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { Secret } from '../platform/hashing/secret.ts'
import type { Locale } from '../platform/identifiers/locale.ts'
import type { CredentialKind } from './accounts/credentials.ts'
import type { AuditAct, AuditActor, AuditFace, AuditOutcome } from './audit/audit-event.ts'

export const users = sqliteTable('users', {
  /** A UUID; its 32 hex digits open every session id of the user. */
  id: text('id').primaryKey(),
  /** Normalised: lower case, domain in punycode. */
  email: text('email').notNull().unique(),
  /** As the user typed it. Uniqueness is decided in `username_claims`. */
  username: text('username'),
  /** NFKC and case folded: what look-ups compare. */
  usernameKey: text('username_key').unique(),
  firstName: text('first_name'),
  lastName: text('last_name'),
  /**
   * This and the three that follow are for the version before alone, which runs on this schema while it is replaced and after a roll-back:
   * triggers hold them to what `credentials` says, and `credentials` to what that version writes here. The next migration drops them.
   */
  passwordHash: text('password_hash').notNull(),
  pinHash: text('pin_hash'),
  pinKeyId: text('pin_key_id'),
  pinId: text('pin_id'),
  emailVerifiedAt: integer('email_verified_at'),
  /** The language of mail to the user; `null`: the default one. */
  locale: text('locale').$type<Locale>(),
  /** JSON array of free strings. */
  permissions: text('permissions', { mode: 'json' }).$type<readonly string[]>().notNull().default(sql`'[]'`),
  disabledAt: integer('disabled_at'),
  /** Bumped by whatever ends all sessions at once; a session is alive only while it carries this very number. */
  sessionEpoch: integer('session_epoch').notNull().default(1),
  /** `<epoch>:<id>`: the session that the bump to this very epoch kept, alive although it does not carry the number yet. */
  keptSession: text('kept_session'),
  /** For clients that want numbers: given out by a trigger, once and for good (`user_numbers`). */
  number: integer('number').unique(),
  /** What the user is called in another system. */
  externalId: text('external_id').unique(),
  /** JSON array: what the user had to sign in by, besides a password, in the system they come from. Nothing here goes by it. */
  importedFactors: text('imported_factors'),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
})

/** What an account can be proven by: a row for each. An account without one has to be recovered by mail. */
export const credentials = sqliteTable(
  'credentials',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<CredentialKind>().notNull(),
    /**
     * Names it among those of its kind: empty for a password, of which there is one. Sessions that a PIN opened say this, and end with
     * it, whatever becomes of its hash; empty for one set before there were names.
     */
    id: text('id').notNull(),
    /** JSON of what is no secret, by kind; of a PIN `keyId`: the AUTH_SECRET under whose derived key it was made. */
    data: text('data'),
    /** Of a password a PHC string; of a PIN the same over an HMAC of it. */
    secret: text('secret').$type<Secret>().notNull(),
    createdAt: integer('created_at').notNull(),
    /** When it last opened a session, to the day. */
    lastUsedAt: integer('last_used_at'),
  },
  (table) => [primaryKey({ columns: [table.userId, table.kind, table.id] })],
)

/** Registrations whose address is not proven yet. They squat nothing: an address may have any number of them. */
export const registrations = sqliteTable(
  'registrations',
  {
    /** Becomes the user's id when this registration is the one that is confirmed. */
    id: text('id').primaryKey(),
    email: text('email').notNull(),
    username: text('username'),
    usernameKey: text('username_key'),
    firstName: text('first_name'),
    lastName: text('last_name'),
    passwordHash: text('password_hash').$type<Secret>().notNull(),
    /** Where it came from, shown to the person who is asked to confirm it. */
    ip: text('ip').notNull(),
    /** The address as limits count it, so that somebody who asks again is sent their own. */
    requester: text('requester'),
    userAgent: text('user_agent').notNull(),
    /** The language its browser asked for; `null`: none that there are words in. */
    locale: text('locale').$type<Locale>(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [
    index('registrations_by_email').on(table.email, table.createdAt),
    index('registrations_by_expiry').on(table.expiresAt),
  ],
)

/**
 * Who holds a username: an account for good (`expires_at` null), an address with pending registrations for 24 h, or, for 30 days,
 * the account that gave it up (`user_id`), so that nobody can take a name that its owner was made to lose.
 */
export const usernameClaims = sqliteTable(
  'username_claims',
  {
    usernameKey: text('username_key').primaryKey(),
    email: text('email').notNull(),
    expiresAt: integer('expires_at'),
    /** The account that gave the name up: then `email` is empty, since no address has a part in it. `null` for every other claim. */
    userId: text('user_id'),
  },
  (table) => [
    index('username_claims_by_email').on(table.email),
    index('username_claims_by_expiry').on(table.expiresAt),
    index('username_claims_by_user').on(table.userId),
  ],
)

export const oneTimeTokens = sqliteTable(
  'one_time_tokens',
  {
    /** SHA-256 of the token, hex. The token itself is nowhere in D1. */
    hash: text('hash').primaryKey(),
    purpose: text('purpose').notNull(),
    /** The address the token proves. */
    email: text('email').notNull(),
    /** What it is about: a registration's id, or a user's. */
    subject: text('subject').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    /** Random, written by the one statement that spends the token; what follows in the batch is guarded by it. */
    spentBy: text('spent_by'),
    spentAt: integer('spent_at'),
  },
  (table) => [
    index('one_time_tokens_by_email').on(table.email, table.purpose),
    index('one_time_tokens_by_expiry').on(table.expiresAt),
    index('one_time_tokens_by_subject').on(table.subject),
  ],
)

/**
 * The addresses that may take an account back, and what it was called at each: one row for every address that the account had
 * when its address or username changed, or when it was deleted. All rows of an account last until the same time.
 */
export const recoveryPoints = sqliteTable(
  'recovery_points',
  {
    userId: text('user_id').notNull(),
    email: text('email').notNull(),
    /** 1 is the oldest address, which outranks every other one. */
    rank: integer('rank').notNull(),
    /** What an undo from this address gives back; `null`: no username. */
    username: text('username'),
    usernameKey: text('username_key'),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.email] }), index('recovery_points_by_expiry').on(table.expiresAt)],
)

/** Accounts that were deleted while an address could still take them back. No credential is kept. */
export const deletedAccounts = sqliteTable(
  'deleted_accounts',
  {
    userId: text('user_id').primaryKey(),
    /** The address it had when it was deleted. */
    email: text('email').notNull(),
    username: text('username'),
    usernameKey: text('username_key'),
    firstName: text('first_name'),
    lastName: text('last_name'),
    locale: text('locale').$type<Locale>(),
    /** As in `users`; only copied from there and back. */
    permissions: text('permissions').notNull(),
    sessionEpoch: integer('session_epoch').notNull(),
    externalId: text('external_id'),
    importedFactors: text('imported_factors'),
    createdAt: integer('created_at').notNull(),
    /** When the cron erases it for good. */
    dueAt: integer('due_at').notNull(),
  },
  (table) => [index('deleted_accounts_by_due').on(table.dueAt)],
)

/**
 * Whom an import has brought: so that the next one leaves alone whoever has moved, changed their name or deleted their account since. A
 * row stays when the account goes, and holds no address.
 */
export const importedAccounts = sqliteTable('imported_accounts', {
  /** `x:` and the external id, else `i:` and the id in the file, else `a:` and SHA-256 of the address in the file. */
  sourceId: text('source_id').primaryKey(),
  userId: text('user_id').notNull(),
})

/** The lines of an import while it is checked and written. None is left when it is done; the cron takes what was broken off. */
export const importLines = sqliteTable(
  'import_lines',
  {
    importId: text('import_id').notNull(),
    line: integer('line').notNull(),
    sourceId: text('source_id').notNull(),
    /** Of the account that the line would become. */
    userId: text('user_id').notNull(),
    /** The account that the line has become before; `null`: none. It may be gone. */
    knownUserId: text('known_user_id'),
    email: text('email').notNull(),
    usernameKey: text('username_key'),
    externalId: text('external_id'),
    /** The rest, as JSON. */
    account: text('account').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.importId, table.line] })],
)

/** Deleted accounts of which Durable Objects may still know something; a row goes as soon as they do not. */
export const erasures = sqliteTable('erasures', {
  userId: text('user_id').primaryKey(),
  /** What limits were counted for. */
  email: text('email').notNull(),
  usernameKey: text('username_key'),
  createdAt: integer('created_at').notNull(),
})

/** ES256 keys that sign access tokens. */
export const signingKeys = sqliteTable(
  'signing_keys',
  {
    kid: text('kid').primaryKey(),
    /** 1, 2, 3 …: unique, so that of two isolates that mint at once only one wins. */
    generation: integer('generation').notNull(),
    publicJwk: text('public_jwk').notNull(),
    /** AES-GCM under a key derived from AUTH_SECRET. */
    sealedPrivateJwk: text('sealed_private_jwk').notNull(),
    createdAt: integer('created_at').notNull(),
    /** From when it signs; it is published in the JWKS from `created_at`. */
    activeFrom: integer('active_from').notNull(),
  },
  (table) => [uniqueIndex('signing_keys_by_generation').on(table.generation)],
)

/** Every number that a user was ever given, so that none is given to another one; a row stays when its account goes. */
export const userNumbers = sqliteTable('user_numbers', {
  number: integer('number').primaryKey({ autoIncrement: true }),
  userId: text('user_id').notNull().unique(),
})

/** HMAC keys of stable tokens: kept for as long as those may live, and published nowhere. */
export const stableKeys = sqliteTable(
  'stable_keys',
  {
    kid: text('kid').primaryKey(),
    /** 1, 2, 3 …: unique, so that of two isolates that make one at once only one wins. */
    generation: integer('generation').notNull(),
    /** AES-GCM under a key derived from AUTH_SECRET. */
    sealedKey: text('sealed_key').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [uniqueIndex('stable_keys_by_generation').on(table.generation)],
)

/**
 * Requests for mail that are answered before anybody looks whether the address has an account: the reply costs the same for every
 * address. A row goes with the mail it leads to, or with the finding that there is none to send.
 */
export const mailRequests = sqliteTable(
  'mail_requests',
  {
    id: text('id').primaryKey(),
    purpose: text('purpose').$type<'password_reset' | 'registration'>().notNull(),
    email: text('email').notNull(),
    /** Of the client that asked. */
    ip: text('ip').notNull(),
    userAgent: text('user_agent').notNull(),
    face: text('face').$type<AuditFace>().notNull(),
    caller: text('caller'),
    createdAt: integer('created_at').notNull(),
    /** Before this time nobody else looks at it. */
    nextAttemptAt: integer('next_attempt_at').notNull(),
  },
  (table) => [index('mail_requests_by_attempt').on(table.nextAttemptAt)],
)

/** Mail to be sent, one row each, written in the same batch as the change that causes it. */
export const outbox = sqliteTable(
  'outbox',
  {
    id: text('id').primaryKey(),
    recipient: text('recipient').notNull(),
    purpose: text('purpose').notNull(),
    /** The recipient as caps count it: without a subaddress (RFC 5233). */
    mailbox: text('mailbox'),
    /** The client address whose request caused it. */
    requesterIp: text('requester_ip').notNull(),
    /** The account whose user caused it; `null` for somebody without one, and for notices. */
    senderId: text('sender_id'),
    /** The whole mail sealed with AES-GCM, since it holds a live token; emptied once sent, or once the token has expired. */
    sealedMail: text('sealed_mail'),
    /** When the token in it dies, and with it the point of sending it; `null` where it holds none. */
    expiresAt: integer('expires_at'),
    createdAt: integer('created_at').notNull(),
    attempts: integer('attempts').notNull().default(0),
    /** Before this time nobody else tries: a lease while it is being sent, the backoff after a failure. */
    nextAttemptAt: integer('next_attempt_at').notNull(),
    sentAt: integer('sent_at'),
    /** A dead letter: not tried again unless the operator says so. */
    deadAt: integer('dead_at'),
    /** Why the last attempt failed, as a code; never the other side's words. */
    reason: text('reason'),
  },
  (table) => [
    index('outbox_by_recipient').on(table.recipient, table.purpose, table.createdAt),
    index('outbox_by_mailbox').on(table.mailbox, table.createdAt),
    index('outbox_by_requester').on(table.requesterIp, table.createdAt),
    index('outbox_by_sender').on(table.senderId, table.createdAt),
    index('outbox_by_attempt').on(table.sentAt, table.nextAttemptAt),
    index('outbox_by_age').on(table.createdAt),
  ],
)

/**
 * The passwords that anyone would try first, which nobody may choose. In D1 rather than in the worker, whose size is limited;
 * registration needs D1 in any case. Filled by migrations alone; kept `WITHOUT ROWID`, which drizzle has no word for.
 */
export const commonPasswords = sqliteTable('common_passwords', {
  /** In lower case, eight characters and more. */
  password: text('password').primaryKey(),
})

/** The record of security-relevant acts. Nothing in it could let anybody in, and nothing in it was typed by anybody. */
export const auditEvents = sqliteTable(
  'audit_events',
  {
    /** The order of writing. No number is used twice, so that whoever has read up to one misses nothing. */
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    /** A UUID: what clients and log lines call it, since the number would tell how much goes on. */
    id: text('id').notNull(),
    at: integer('at').notNull(),
    what: text('what').$type<AuditAct>().notNull(),
    outcome: text('outcome').$type<AuditOutcome>().notNull(),
    reason: text('reason'),
    /** Whose account it is about; at first perhaps a registration's id, which becomes the account's. */
    userId: text('user_id'),
    sessionId: text('session_id'),
    actor: text('actor').$type<AuditActor>().notNull(),
    ip: text('ip'),
    userAgent: text('user_agent'),
    face: text('face').$type<AuditFace>().notNull(),
  },
  (table) => [
    // SQLite appends the row's number, so that this is the order of a user's events too.
    index('audit_events_by_user').on(table.userId),
    index('audit_events_by_age').on(table.at),
  ],
)
