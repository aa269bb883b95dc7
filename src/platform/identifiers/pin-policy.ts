// What a PIN has to be when it is set. Sign-in judges whatever it is given. No PIN of that form is refused, not even `1234`: what
// protects a PIN is how few guesses an account has (see pin-tallies.ts).

export const PIN = /^[0-9]{4,12}$/

/** What is wrong with a PIN, to be said after "must", or `null`. */
export function findPinProblem(pin: string): string | null {
  return PIN.test(pin) ? null : 'be 4 to 12 digits'
}
