import type { MailWords } from './words.ts'

export const en: MailWords = {
  origin: 'The request came on {time} from the address {ip}.',
  originUnknown: 'The request came on {time}.',
  texts: {
    verify_email: [
      'Confirm your e-mail address',
      'Somebody, we hope you, registered this e-mail address at {site}.',
      'To confirm it, open this page and press the button on it:',
      '{link}',
      'The link works for {ttl}. {origin}',
      'If it was not you, do nothing: without the link the registration comes to nothing.',
    ],
    already_registered: [
      'You already have an account',
      'Somebody, perhaps you, tried to register this e-mail address at {site}, where it has an account already.',
      'If it was you, sign in with the password of that account.',
      '{origin}',
      'If it was not you, do nothing: your account is as it was.',
    ],
    reset_password: [
      'Choose a new password',
      'Somebody, we hope you, asked for a new password for your account at {site}.',
      'To choose one, open this page:',
      '{link}',
      'The link works once, for {ttl}. {origin}',
      'If it was not you, do nothing: your password stays as it is.',
    ],
    password_changed: [
      'Your password was changed',
      'The password of your account at {site} was changed, and all other sessions were ended.',
      '{origin}',
      'If it was not you, ask for a new password there at once: the link to choose it comes to this mailbox.',
    ],
    confirm_email_change: [
      'Confirm your new e-mail address',
      'Somebody, we hope you, wants to use this e-mail address for an account at {site}.',
      'To confirm it, open this page and press the button on it:',
      '{link}',
      'The link works for {ttl}. {origin}',
      'If it was not you, do nothing: without the link nothing changes.',
    ],
    email_changed: [
      'Your e-mail address was changed',
      'Your account at {site} has another e-mail address now: {email}.',
      '{origin}',
      'If it was not you, open this page and press the button on it to take the change back:',
      '{link}',
      'The link works for {ttl}.',
    ],
    new_sign_in: [
      'New sign-in to your account',
      'Somebody, we hope you, signed in to your account at {site} from a device that was not seen there before.',
      'The device: {device}.',
      '{origin}',
      'If it was not you, change your password now: that ends all other sessions.',
    ],
    pin_changed: [
      'Your PIN was changed',
      'The PIN of your account at {site} was set, changed or removed.',
      '{origin}',
      'If it was not you, change your password now, and then the PIN.',
    ],
    account_deleted: [
      'Your account was deleted',
      'Your account at {site} was deleted, with everything it held.',
      '{origin}',
      'If it was not you, somebody knew your password: change it wherever else you use it.',
    ],
  },
}
