// What callers get holds nothing that somebody could try guesses on: proven for every use case by the types of their answers.
import { describe, expectTypeOf, it } from 'vitest'
import type { Admin } from '../../src/core/admin/admin.ts'
import type { Auth } from '../../src/core/core.ts'
import type { Deps } from '../../src/core/kernel/deps.ts'
import type { Grant } from '../../src/core/tokens/grant.ts'
import type { SessionRecord } from '../../src/objects/session-ledger/session-rules.ts'
import type { Secret } from '../../src/platform/hashing/secret.ts'
import type { Account } from '../../src/stores/accounts/account.ts'

/** Whether a secret is anywhere in a value of this type. */
type Holds<T, Depth extends readonly 0[] = []> = Depth['length'] extends 8
  ? true
  : T extends Secret
    ? true
    : T extends string | number | boolean | null | undefined | Uint8Array | ((...args: never[]) => unknown)
      ? false
      : T extends AsyncGenerator<infer Item> | readonly (infer Item)[]
        ? Holds<Item, readonly [...Depth, 0]>
        : T extends object
          ? true extends { [Key in keyof T]-?: Holds<T[Key], readonly [...Depth, 0]> }[keyof T]
            ? true
            : false
          : false

type Leaks<Methods> = {
  [Name in keyof Methods as Methods[Name] extends (...args: never[]) => infer Answer
    ? true extends Holds<Awaited<Answer>>
      ? Name
      : never
    : never]: Name
}

describe('a secret', () => {
  it('is in the answer of no use case', () => {
    expectTypeOf<keyof Leaks<Auth>>().toEqualTypeOf<never>()
    expectTypeOf<keyof Leaks<Admin>>().toEqualTypeOf<never>()
  })

  it('is no part of an account, a session or a grant', () => {
    expectTypeOf<true extends Holds<Account> ? true : false>().toEqualTypeOf<false>()
    expectTypeOf<true extends Holds<SessionRecord> ? true : false>().toEqualTypeOf<false>()
    expectTypeOf<true extends Holds<Grant> ? true : false>().toEqualTypeOf<false>()
  })

  it('leaves the stores by credentials and an export alone', () => {
    type Stores = { [Name in keyof Deps as keyof Leaks<Deps[Name]> extends never ? never : Name]: keyof Leaks<Deps[Name]> }
    expectTypeOf<keyof Stores>().toEqualTypeOf<'credentials' | 'managedAccounts' | 'hasher'>()
    expectTypeOf<Stores['managedAccounts']>().toEqualTypeOf<'page'>()
  })

  it('would be found however deep it lies', () => {
    expectTypeOf<
      keyof Leaks<{ find(): Promise<{ readonly users: readonly { readonly hash: Secret | null }[] }> }>
    >().toEqualTypeOf<'find'>()
    expectTypeOf<keyof Leaks<{ find(): Promise<string | null> }>>().toEqualTypeOf<never>()
  })
})
