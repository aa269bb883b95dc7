// What the pages behind mailed links say, in every language. A text left out is a type error; a new one is an entry here and one
// in each language.

import type { Locale } from '../../../platform/identifiers/locale.ts'
import type { PasswordRule } from '../../../platform/identifiers/password-policy.ts'

/** A page that only tells something: its heading and the text below. */
export type Notice = readonly [heading: string, text: string]

/** What a link asks for, and the button that does it. */
export interface Question {
  readonly heading: string
  readonly text: string
  readonly button: string
}

export interface PageWords {
  readonly lang: Locale

  /** Names of what pages show. */
  readonly address: string
  readonly account: string
  readonly username: string
  readonly requestedAt: string
  readonly requestedFrom: string
  readonly requestedWith: string
  readonly unknownAddress: string
  readonly password: string
  readonly newPassword: string

  readonly confirmAddress: Question
  /** Below the field for the password, outside the browser that registered. */
  readonly passwordHint: string
  /** The same of an account that has not proven its address, in place of the text of `confirmAddress` and of `passwordHint`. */
  readonly proveAddress: string
  readonly accountPasswordHint: string
  readonly newPasswordInstead: string
  readonly wrongPassword: string
  readonly noPassword: string
  /** In place of the text of `confirmAddress`, where a new password is asked for too. */
  readonly confirmWithNewPassword: Omit<Question, 'heading'>
  readonly addressConfirmed: Notice
  /** Below the heading of `addressConfirmed`, after a new password that came too late to be set. */
  readonly addressConfirmedBefore: string

  readonly resetPassword: Question
  readonly passwordReset: Notice
  /** `{limit}` is a number of characters. */
  readonly passwordProblems: Readonly<Record<PasswordRule, string>>

  readonly changeAddress: Question
  readonly addressChanged: Notice
  readonly undoChange: Question
  readonly changeUndone: Notice

  readonly deadLink: Notice
  /** What to do about a dead link, by what it was for. */
  readonly adviceToConfirm: string
  readonly adviceToReset: string
  readonly adviceToChange: string
  readonly adviceToUndo: string
  readonly tooManyAttempts: Notice
  readonly unavailable: Notice
  readonly notFound: Notice
  readonly wrongMethod: Notice
  readonly tooLarge: Notice
  readonly noForm: Notice
  readonly fault: Notice
}
