// The settings that clients of the five documents may need (README, "Clients as they are"), each alone and all of them together.
export type Vars = Readonly<Record<string, string>>

export const SHARED_SECRET = 'mQ4vT9xZ1kR7wB2nY8sL5dG0hJ3cF6aPqE4uIoXyTzU'

/** By name: what is set. */
const SINGLE = {
  SHARED_TOKEN_SECRET: { SHARED_TOKEN_SECRET: SHARED_SECRET },
  SHARED_TOKEN_TTL_SECONDS: { SHARED_TOKEN_SECRET: SHARED_SECRET, SHARED_TOKEN_TTL_SECONDS: '7200' },
  'USER_IDS=number': { USER_IDS: 'number' },
  'TOKEN_PROFILE_CLAIMS=off': { TOKEN_PROFILE_CLAIMS: 'off' },
  'REFRESH_ROTATION=keep': { REFRESH_ROTATION: 'keep' },
  'COOKIE_ACCESS_TOKEN=readable': { COOKIE_ACCESS_TOKEN: 'readable' },
  STABLE_TOKEN_TTL_SECONDS: { STABLE_TOKEN_TTL_SECONDS: '86400' },
} as const satisfies Record<string, Vars>

export type Setting = keyof typeof SINGLE
export type Column = 'nothing' | Setting | 'all of them'

export const SETTING_NAMES = Object.keys(SINGLE) as readonly Setting[]

export const COLUMNS: Readonly<Record<Column, Vars>> = {
  nothing: {},
  ...SINGLE,
  'all of them': Object.assign({}, ...Object.values(SINGLE)),
}
