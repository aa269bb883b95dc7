/** What accounts can be asked for by; nobody is in `two_step` while there is no second factor. */
export const USER_STATES = ['active', 'disabled', 'unverified', 'two_step', 'no_password'] as const
