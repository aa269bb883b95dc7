// What a PIN has to be when its user chooses it. Sign-in judges whatever it is given.

const PIN = /^[0-9]{4,12}$/

/** Whether a text has the form of a PIN: all that is asked of one an operator sets. */
export function isPin(text: string): boolean {
  return PIN.test(text)
}

/** What is wrong with a PIN, to be said after "must", or `null`. */
export function findPinProblem(pin: string): string | null {
  if (!isPin(pin)) return 'be 4 to 12 digits'
  return isEvenlySpaced(pin) ? 'not be one digit repeated or digits in sequence' : null
}

/** `0000`, `1234`, `7890`, `4321`: each digit follows from the one before by the same step of at most one. */
function isEvenlySpaced(pin: string): boolean {
  const steps = [...pin].slice(1).map((digit, index) => (Number(digit) - Number(pin[index]) + 10) % 10)
  return [0, 1, 9].some((step) => steps.every((each) => each === step))
}
