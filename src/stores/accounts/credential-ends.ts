// What ends when an account is recovered, in one place for every kind of credential: whoever adds a kind decides here what a
// reset, an undo, a new password and the operator's acts do to it (docs/account-lives.md).
import { type SQL, sql } from 'drizzle-orm'

/** Every credential but the password is over. @param account selects the id of an account, or nothing */
export function endOtherCredentials(account: SQL): SQL {
  return sql`DELETE FROM credentials WHERE user_id = (${account}) AND kind <> 'password'`
}

/** The same with the password: only its mailbox proves the account from then on. */
export function endCredentials(account: SQL): SQL {
  return sql`DELETE FROM credentials WHERE user_id = (${account})`
}

/**
 * The mailed links by which somebody could set a password or move the account. What takes an account back is not among them: it
 * belongs to addresses of before, and a thief with the password must not end it.
 * @param userId a SQL value, `NULL` to end nothing
 * @param except the hash of a link that is being spent: it still has to answer a repetition
 */
export function endLinks(userId: SQL, except: string | null = null): SQL {
  return sql`
    DELETE FROM one_time_tokens WHERE subject = ${userId} AND purpose IN ('reset_password', 'change_email', 'prove_email')
      AND hash IS NOT ${except}`
}
