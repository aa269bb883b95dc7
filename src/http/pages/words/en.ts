import type { PageWords } from './words.ts'

const OPEN_AGAIN = 'Open the link from the mail again.'

export const en: PageWords = {
  lang: 'en',

  address: 'Address',
  account: 'Account',
  username: 'Username',
  requestedAt: 'Requested',
  requestedFrom: 'From',
  requestedWith: 'With',
  unknownAddress: 'an unknown address',
  password: 'Password',
  newPassword: 'New password',

  confirmAddress: {
    heading: 'Confirm your e-mail address',
    text: 'This registration asks for your address. If it is yours, confirm it; if you did not register, close this page.',
    button: 'Confirm this address',
  },
  passwordHint:
    'The password this registration was made with: we ask for it because the registration did not come from this browser. If you do not know it, choose a new one.',
  proveAddress:
    'An account has this address, and nobody has confirmed it yet. If the account is yours, confirm the address; if not, close this page.',
  accountPasswordHint: 'The password of the account. If you do not know it, choose a new one.',
  newPasswordInstead: 'Choose a new password instead',
  wrongPassword: 'This is not the password of the registration.',
  noPassword: 'Type the password of the registration, or choose a new one.',
  confirmWithNewPassword: {
    text: 'The new password replaces the one this registration was made with. If you did not register, close this page.',
    button: 'Set password and confirm',
  },
  addressConfirmed: ['Your address is confirmed', 'You can sign in now and close this page.'],
  addressConfirmedBefore:
    'It was confirmed before. If you cannot sign in with the password you have just chosen, ask for a link to a new one.',

  resetPassword: { heading: 'Set a new password', text: 'You will be signed out everywhere.', button: 'Set password' },
  passwordReset: ['Your password is changed', 'You can sign in with it now and close this page.'],
  passwordProblems: {
    required: 'The password is required.',
    not_text: 'The password is not valid Unicode text.',
    has_nul: 'The password must not contain the character NUL.',
    too_short: 'The password must have at least {limit} characters.',
    too_long: 'The password must have at most {limit} characters.',
    own_name: 'The password must not be your e-mail address or username.',
    common: 'The password is one of the commonest passwords.',
    breached: 'The password is in a list of breached passwords.',
  },

  changeAddress: {
    heading: 'Confirm your new e-mail address',
    text: 'An account asks for your address in place of its own. If the account is yours, confirm it; if not, close this page.',
    button: 'Use this address',
  },
  addressChanged: ['Your address is changed', 'From now on you sign in with it. You can close this page.'],
  undoChange: {
    heading: 'Take the change back',
    text: 'The account gets this address and the username it had here back, even if it was deleted. Everybody is signed out, and neither the password nor the PIN works any more: we send a link for a new password to this address.',
    button: 'Take the change back',
  },
  changeUndone: ['Your address is back', 'Everybody is signed out. Look for our mail: the link in it lets you set a new password.'],

  deadLink: ['This link does not work', 'It may have expired, or another link has taken its place.'],
  adviceToConfirm: 'You can ask for a new one or register again.',
  adviceToReset: 'You can ask for a new one.',
  adviceToChange: 'You can ask for the change again.',
  adviceToUndo: 'If the account is not yours any more, ask whoever runs this service.',
  tooManyAttempts: ['Please try again later', 'There were too many attempts. The link still works.'],
  unavailable: ['Please try again in a moment', 'We could not look this up just now. The link still works.'],
  notFound: ['There is nothing here', 'The address of this page is not one of ours.'],
  wrongMethod: ['This page cannot do that', OPEN_AGAIN],
  tooLarge: ['That was too much', OPEN_AGAIN],
  noForm: ['That was no form of ours', OPEN_AGAIN],
  fault: ['Something went wrong', 'It is our fault. Please try again later.'],
}
