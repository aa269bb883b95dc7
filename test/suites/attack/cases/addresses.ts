// One client that would like to be many. Two failures an hour is all an address has in this class: the third sign-in, for a name
// that nobody has, tells whether an address was taken for the same one.
import type { Attack, AttackClass, Verdict } from '../attack.ts'

let names = 0

function signInFrom(ip: string | null, headers: Readonly<Record<string, string>> = {}) {
  names += 1
  return { method: 'POST', path: '/api/v1/auth/login', body: { username: `nobody-${names}`, password: 'wrong' }, ip, headers }
}

const ONE_CLIENT: readonly Verdict[] = ['refused', 'refused', 'limited']

const FORMS: readonly (readonly [string, readonly [string, string, string], readonly string[]])[] = [
  ['addresses of one /64', ['2001:db8:1::1', '2001:db8:1::2', '2001:db8:1:0:ffff::3'], ['GHSA-p6v2-xcpg-h6xw']],
  ['one address in capitals', ['2001:db8:abc::1', '2001:DB8:ABC::1', '2001:Db8:aBc::1'], ['GHSA-p6v2-xcpg-h6xw']],
  [
    'one address written out',
    ['2001:db8:2::1', '2001:0db8:0002:0000:0000:0000:0000:0001', '2001:db8:2:0::0:1'],
    ['GHSA-xrhx-7g5j-rcj5'],
  ],
  ['an IPv4 address inside IPv6', ['203.0.113.9', '::ffff:203.0.113.9', '::ffff:cb00:7109'], ['GHSA-xpcf-pg52-r92g']],
  [
    'an IPv4 address written out inside IPv6',
    ['203.0.113.10', '0:0:0:0:0:ffff:203.0.113.10', '::FFFF:CB00:710A'],
    ['GHSA-xpcf-pg52-r92g'],
  ],
]

const NO_ADDRESSES = [
  null,
  '256.0.0.1',
  '1.2.3.4.5',
  '1.2.3.999',
  '',
  'unknown',
  '01.2.3.4',
  '1.2.3',
  '0x7f.1',
  '203.0.113.1, 203.0.113.2',
  '::1%eth0',
]

const CLAIMS = [
  'X-Forwarded-For',
  'X-Real-IP',
  'True-Client-IP',
  'X-Client-IP',
  'X-Cluster-Client-IP',
  'CF-Connecting-IPv6',
  'CF-Pseudo-IPv4',
  'Fastly-Client-IP',
  'Forwarded',
]

const SPOOFS: readonly Attack[] = [
  ...FORMS.map(([what, addresses, advisories]) => ({
    name: `counts ${what} as one client`,
    advisories,
    attempts: () => addresses.map((ip) => signInFrom(ip)),
    answer: ONE_CLIENT,
  })),
  ...CLAIMS.map((name, index) => ({
    name: `does not believe ${name}`,
    advisories: name === 'X-Forwarded-For' ? ['GHSA-xh87-mx6m-69f3'] : [],
    attempts: () =>
      [1, 2, 3].map((last) => {
        const address = `192.0.2.${last}`
        return signInFrom(`198.51.100.${index + 1}`, { [name]: name === 'Forwarded' ? `for=${address}` : address })
      }),
    answer: ONE_CLIENT,
  })),
  {
    name: 'gives whoever hides their address, or sends a broken one, the budget of all who do',
    advisories: ['GHSA-r354-f388-2fhh'],
    attempts: () => NO_ADDRESSES.map((ip) => signInFrom(ip)),
    answer: NO_ADDRESSES.map((_, index) => (index < 2 ? 'refused' : 'limited')),
  },
  {
    name: 'does not let another worker pose as an address, or use up its budget',
    attempts: () =>
      ['203.0.113.77', '203.0.113.77', '203.0.113.77'].map((caller, index) => ({
        call: 'login' as const,
        with: [`nobody-${index}@example.com`, 'wrong'],
        props: { caller, rights: ['login'] },
      })),
    answer: 'refused',
  },
]

export const addresses: AttackClass = {
  name: 'Client addresses',
  vars: { LIMIT_ADDRESS_FAILURES_PER_HOUR: '2' },
  cases: SPOOFS,
}
