// The signed-in user's own names. What is left out stays, `null` clears.
import { addressBucket } from '../../platform/identifiers/client-address.ts'
import { findNewUsernameProblem } from '../../platform/identifiers/new-username.ts'
import { parsePersonName } from '../../platform/identifiers/person-name.ts'
import { parseUsername } from '../../platform/identifiers/username.ts'
import type { Account } from '../../stores/accounts/account.ts'
import type { ProfileChanges } from '../../stores/accounts/account-changes.ts'
import { RECOVERY_WINDOW_SECONDS, type Warning } from '../../stores/accounts/recovery-points.ts'
import { authenticateStrictly } from '../access/authenticate.ts'
import { requireLevel, requireRecentPassword } from '../access/policy.ts'
import { describeAct } from '../audit/audit.ts'
import { withAttempt } from '../credentials/with-attempt.ts'
import type { Caller, Client, Deps } from '../kernel/deps.ts'
import { AuthError, type FieldProblem } from '../kernel/errors.ts'
import { applyChange } from '../mail/apply-change.ts'
import { prepareWarnings } from '../mailed-links/recovery-warnings.ts'

export interface ProfileForm {
  readonly firstName?: string | null | undefined
  readonly lastName?: string | null | undefined
  readonly username?: string | null | undefined
}

/**
 * @returns the user as it is now
 * @throws AuthError as `authenticate`, `forbidden` in a session that began with a PIN, `invalid_request`,
 *   `reauthentication_required` for another username, `username_taken`, `rate_limited`
 * @throws Unavailable
 */
export async function updateProfile(deps: Deps, { token, client }: Caller, form: ProfileForm): Promise<Account> {
  const principal = await authenticateStrictly(deps, token)
  requireLevel(principal, 'urn:postern:aal1')
  const { user, sessionId } = principal
  const changes = checkForm(form)
  requireNewUsername(deps, user, changes)
  const isRenamed = changes.username !== undefined && (changes.username?.key ?? null) !== user.usernameKey
  // People are known by it, and guesses of a PIN are counted by it: a stolen token alone must not change it.
  if (isRenamed) requireRecentPassword(deps, principal)
  if (isRenamed && changes.username) await countUsername(deps, client)
  const reason = changedFields(user, changes)
  const event = reason === '' ? null : describeAct(deps, client, { what: 'profile_changed', reason, userId: user.id, sessionId })
  const warnings = isRenamed ? await prepareRenameWarnings(deps, user, client) : []
  const outcome = await applyChange(deps, { event, hasMail: warnings.length > 0 }, () =>
    deps.accountChanges.updateProfile(user, changes, event, warnings, deps.clock()),
  )
  if (outcome === 'taken') {
    throw new AuthError('username_taken', 'username held by somebody else', {
      fields: [{ field: 'username', message: 'is taken' }],
    })
  }
  if (outcome === 'gone') throw new AuthError('invalid_access_token', 'account changed meanwhile')
  return outcome
}

async function prepareRenameWarnings(deps: Deps, user: Account, client: Client): Promise<readonly Warning[]> {
  const window = await deps.recoveryPoints.findWindow(user.id, deps.clock())
  const told = { emails: [user.email, window?.oldestEmail ?? null], locale: user.locale }
  const ttlSeconds = RECOVERY_WINDOW_SECONDS
  return prepareWarnings(deps, client, told, ttlSeconds, (link) => ({ kind: 'username_changed', link, ttlSeconds }))
}

/** Their names alone. */
function changedFields(user: Account, { firstName, lastName, username }: ProfileChanges): string {
  const named = [
    ['first_name', firstName, user.firstName],
    ['last_name', lastName, user.lastName],
    ['username', username === null ? null : username?.username, user.username],
  ] as const
  return named.flatMap(([name, to, from]) => (to === undefined || to === from ? [] : name)).join(', ')
}

function checkForm(form: ProfileForm): ProfileChanges {
  const problems: FieldProblem[] = []
  const parse = <T>(field: string, text: string | null | undefined, read: (text: string) => T | null, rule: string) => {
    if (text === undefined || text === null) return text
    const value = read(text)
    if (value === null) problems.push({ field, message: rule })
    return value
  }
  const parseName = (field: string, text: string | null | undefined) =>
    parse(field, text, parsePersonName, 'must be 1 to 100 characters of text on one line')
  const changes = {
    firstName: parseName('firstName', form.firstName),
    lastName: parseName('lastName', form.lastName),
    username: parse('username', form.username, parseUsername, 'must be 1 to 64 letters, digits, spaces inside, or any of . _ -'),
  }
  if (problems.length > 0) throw new AuthError('invalid_request', 'names not acceptable', { fields: problems })
  return changes
}

/** A name that the account has already may be kept, and written in another way. */
function requireNewUsername({ settings }: Pick<Deps, 'settings'>, user: Account, { username }: ProfileChanges): void {
  if (!username || username.key === user.usernameKey) return
  const message = findNewUsernameProblem(username, settings.reservedUsernames)
  if (message) throw new AuthError('invalid_request', 'username not acceptable', { fields: [{ field: 'username', message }] })
}

/** Counted like a registration, and never given back: usernames must not be tried out for free here either. */
async function countUsername(deps: Deps, client: Client): Promise<void> {
  const begun = await deps.limits.beginRegistration({ address: addressBucket(client.address) }, deps.clock())
  await withAttempt(deps, begun, async (attempt) => [null, attempt.stand()])
}
