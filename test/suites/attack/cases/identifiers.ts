// Passwords, PINs and identifiers that are nearly the right ones, in the ways that Unicode and truncation make two texts one.
import { anyAddress } from '../../../support/harness.ts'
import type { Attack, AttackClass, Verdict } from '../attack.ts'
import { everySignIn, signIn } from '../doors.ts'
import { PASSWORD, PIN, type Scene } from '../scene.ts'

const LONG = 'p'.repeat(72)
const COMPOSED = 'pässwörd ﬁfteen'.normalize('NFC')

const NEARLY: readonly (readonly [string, string])[] = [
  ['with a space behind', `${PASSWORD} `],
  ['with a space before', ` ${PASSWORD}`],
  ['in capitals', PASSWORD.toUpperCase()],
  ['cut by one character', PASSWORD.slice(0, -1)],
  ['twice', PASSWORD + PASSWORD],
  ['with NUL behind, at which C would stop', `${PASSWORD}\0`],
  ['with NUL and more behind', `${PASSWORD}\0anything`],
  ['with a line break behind', `${PASSWORD}\n`],
  ['in full-width letters', PASSWORD.replace(/[a-z]/g, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0))],
  ['with spaces that do not break', PASSWORD.replaceAll(' ', '\u00a0')],
  ['with an invisible joiner inside', PASSWORD.replace('horse', 'hor\u200dse')],
  ['with a soft hyphen inside', PASSWORD.replace('horse', 'hor\u00adse')],
  ['with a Cyrillic letter', PASSWORD.replace('o', '\u043e')],
  ['with half a character behind', `${PASSWORD}\ud800`],
  ['with 16,000 characters behind', PASSWORD + 'x'.repeat(16_000)],
  ['as a pattern', '%'],
  ['as the literal null', 'null'],
]

const PASSWORDS = NEARLY.map(([how, password]) =>
  signIn(`refuses the password ${how}`, ({ victim }) => ({ email: victim.email, username: victim.username, password })),
)

/** An account with this password; every attempt signs in to it with another. */
function account(name: string, password: string, attempt: string, answer: Verdict): Attack {
  return {
    name,
    changes: true,
    async attempts({ app }) {
      const email = await app.createAccount({ password })
      return everySignIn({ email, password: attempt })
    },
    answer,
  }
}

const COMPARED = [
  account('refuses a password that differs after 72 bytes, where bcrypt stops', `${LONG}A`, `${LONG}B`, 'refused'),
  account('refuses a password cut at 72 bytes', `${LONG}A`, LONG, 'refused'),
  account('takes a password in another composition of the same letters', COMPOSED, COMPOSED.normalize('NFD'), 'ok'),
  account('refuses a password that only compatibility makes the same', COMPOSED, COMPOSED.normalize('NFKC'), 'refused'),
]

const PINS = [
  ['in full-width digits', '２５８０'],
  ['in Arabic digits', '٢٥٨٠'],
  ['with a nought before', `0${PIN}`],
  ['cut by one digit', PIN.slice(0, -1)],
  ['with a space behind', `${PIN} `],
  ['with NUL behind', `${PIN}\0`],
  ['with a decimal point', `${PIN}.0`],
  ['with a sign', `+${PIN}`],
].map(([how, pin]) => signIn(`refuses the PIN ${how}`, ({ victim }) => ({ username: victim.username, ...(pin && { pin }) })))

const at = (email: string, change: (local: string, domain: string) => string) => {
  const [local = '', domain = ''] = email.split('@')
  return change(local, domain)
}

const ADDRESSES: readonly (readonly [string, (email: string) => string, Verdict])[] = [
  ['with a tag', (email) => at(email, (local, domain) => `${local}+tag@${domain}`), 'refused'],
  ['with a dot more', (email) => at(email, (local, domain) => `u.${local.slice(1)}@${domain}`), 'refused'],
  ['at a domain below', (email) => at(email, (local, domain) => `${local}@mail.${domain}`), 'refused'],
  ['with a long s', (email) => email.replace('s', '\u017f'), 'refused'],
  ['with a full stop behind', (email) => `${email}.`, 'refused'],
  ['with a second one behind', (email) => `${email},attacker@example.com`, 'refused'],
  ['in angle brackets', (email) => `<${email}>`, 'refused'],
  ['with an invisible letter', (email) => email.replace('@', '\u200b@'), 'refused'],
  ['with another at sign', (email) => `attacker@example.com@${email.split('@')[1]}`, 'refused'],
]

const IDENTIFIERS = ADDRESSES.map(([how, change, answer]) =>
  signIn(
    `does not take for the victim’s an address ${how}`,
    ({ victim }) => ({ email: change(victim.email), password: PASSWORD }),
    answer,
  ),
)

const LOOKALIKES: readonly (readonly [string, string])[] = [
  ['in capitals', 'VICTIM'],
  ['in full-width letters', 'ｖｉｃｔｉｍ'],
  ['with the dotless i of Turkish', 'vıctim'],
  ['in mathematical letters', '𝐯𝐢𝐜𝐭𝐢𝐦'],
  ['with a blank in front', ' victim'],
  ['with a no-break space behind', 'victim\u00a0'],
]

const register =
  ({ username }: { username: string }) =>
  (_: Scene) => [
    {
      method: 'POST',
      path: '/api/v1/auth/register',
      body: { email: `new-${crypto.randomUUID()}@example.com`, password: 'quite another one', username },
      ip: anyAddress(),
    },
  ]

const USERNAMES: readonly Attack[] = [
  ...LOOKALIKES.map(([how, username]) => ({
    name: `refuses to register the victim’s username ${how}`,
    attempts: register({ username }),
    answer: 'taken' as const,
  })),
  ...[
    'vic\u200btim',
    'victim\ufe0f',
    'vic\u034ftim',
    'vic\u3164tim',
    'vic\u202etim',
    'victim\0',
    'victim@example.com',
    '..',
    'vic/tim',
    'victi\u24dc',
    '\u2174ictim',
  ].map((username) => ({
    name: `refuses the username ${JSON.stringify(username)}`,
    attempts: register({ username }),
    answer: 'invalid' as const,
  })),
]

const SPELLED: Attack = {
  name: 'counts guesses at one account as such, however its name is spelled',
  attempts: () =>
    ['nobody', 'NOBODY', 'Nobody', 'ｎｏｂｏｄｙ', 'nObody', 'noBody'].map((username) => ({
      method: 'POST',
      path: '/api/v1/auth/login',
      body: { username, password: 'wrong' },
      ip: '203.0.113.70',
    })),
  answer: ['refused', 'refused', 'refused', 'refused', 'refused', 'limited'],
}

export const identifiers: AttackClass = {
  name: 'Passwords and identifiers in Unicode',
  cases: [...PASSWORDS, ...COMPARED, ...PINS, ...IDENTIFIERS, ...USERNAMES, SPELLED],
}
