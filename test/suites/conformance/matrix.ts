// What each document's examples come to with nothing set, and what each setting changes of it. A setting that is not listed for a
// document changes nothing there, not even a header field.
import { expect } from 'vitest'
import { DAY, HOUR } from '../../support/fixtures.ts'
import type { Setting } from './settings.ts'
import type { Differences } from './transcript.ts'
import type { DocumentNumber } from './walks.ts'

const WEEK = 7 * DAY
const TEN_YEARS = 3650 * DAY
const EMAIL = 'beyhan@example.com'
const UUID = 'a uuid'
const SESSION = '64 hex digits'

const at = (seconds: number) => `the start + ${seconds} s`
const textAt = (seconds: number) => `${at(seconds)}, as text`

/** By step: the status, and the message where there is one. */
export const SAID: Readonly<Record<DocumentNumber, Readonly<Record<string, unknown>>>> = {
  '000': {
    login: '200',
    'login, not JSON': '400 The body is not a JSON object',
    'login, wrong': '401 Invalid credentials',
    me: '200',
    refresh: '200 Session refreshed',
    'me, refreshed': '200',
    sessions: '200',
    'sessions of somebody else': '403 Forbidden',
    logout: '200 Logged out',
    'me, signed out': '401 Unauthorized',
    'revoke-all': '200 All sessions revoked',
    'me, revoked': '401 Unauthorized',
    'POST /logout without a token': '401 Unauthorized',
    'GET /me without a token': '401 Unauthorized',
    'POST /refresh without a token': '401 Unauthorized',
    'POST /revoke-all without a token': '401 Unauthorized',
    'GET /sessions without a token': '401 Unauthorized',
  },
  '001': {
    login: '200',
    'login, no address': '400 Email and password are required',
    'login, no password': '400 Email and password are required',
    'login, wrong': '401 Invalid credentials',
    'login, text that is no address': '401 Invalid credentials',
    me: '200',
    'me, an hour later': '401 Unauthorized',
    'me, a day later': '401 Unauthorized',
    'verifyPassword()': [true, false],
    'login()': expect.objectContaining({ expiresIn: 900, user: expect.objectContaining({ id: UUID, email: EMAIL, role: 'user' }) }),
    'login(), wrong': [null, null],
    'verifyToken()': expect.objectContaining({ sub: UUID, sid: SESSION, email: EMAIL, roles: ['user'] }),
    'verifyToken(), wrong': null,
    logout: '200 Logged out',
    'me, signed out': '401 Unauthorized',
    'verifyToken(), signed out': null,
  },
  '002': {
    login: '200',
    'login, wrong': '401 incorrect Username or Password',
    'login, less power': expect.stringMatching(/^400 .*operationsScope is not supported/),
    'login, some-user': '200',
    user: '200',
    'user, not allowed': '403 Forbidden',
    'user, unknown': '404 Not found',
    whoami: '200',
    token: '200',
    'token of some-user': '200',
    'logout of some-user': '200 JWT was revoked',
    'whoami, signed out': '403 Forbidden',
    logout: '200 JWT was revoked',
    'whoami without a token': '401 Unauthorized',
    'login again': '200',
    'whoami, two days later': '200',
  },
  '003': {
    login: '200 Login successful',
    'login, wrong': '401 Invalid credentials',
    refresh: '200 Access token refreshed successfully',
    'refresh, an hour later': '200 Access token refreshed successfully',
    'refresh, once more': '200 Access token refreshed successfully',
    'me by the cookie’s token': '200',
    logout: '200 Logout successful',
    'refresh, signed out': '401 Invalid refresh token',
    'refresh, nonsense': '401 Invalid refresh token',
    'logout, nonsense': '401 Unauthorized',
    'login, guessed too often': '429 Too many attempts',
  },
  '004': {
    register: '201 registration successful, please verify your email before login',
    'register, too short': '400 The request is not valid',
    'resend-verification': '200 verification email has been sent',
    'verify-email': '200 email verified successfully',
    login: '200',
    me: '200',
    'me, expired': '401 Unauthorized',
    refresh: '200',
    'refresh, the answer was lost': '200',
    'me, refreshed': '200',
    'refresh again': '200',
    'refresh by the first one': '401 This refresh token was used before, please sign in again',
    'refresh by the second one': '401 Invalid refresh token',
    'login, wrong': '401 Invalid credentials',
  },
}

const GRANTS = ['login', 'refresh', 'refresh, the answer was lost', 'refresh again']
const RENEWALS = ['refresh', 'refresh, an hour later', 'refresh, once more']

export const DIFFERENCES: Readonly<Record<DocumentNumber, Readonly<Partial<Record<Setting, Differences>>>>> = {
  '000': {
    SHARED_TOKEN_SECRET: { ...shared('login', 0, WEEK), ...shared('refresh', 60, WEEK) },
    SHARED_TOKEN_TTL_SECONDS: { ...shared('login', 0, 2 * HOUR), ...shared('refresh', 60, 2 * HOUR) },
    'USER_IDS=number': {
      ...among(['login', 'refresh'], numberInToken),
      ...among(['login', 'me', 'me, refreshed'], number),
    },
    'TOKEN_PROFILE_CLAIMS=off': among(['login', 'refresh'], (step) => noNames(step, 'Beyhan', 'Oğur')),
  },
  '001': {
    SHARED_TOKEN_SECRET: {
      ...shared('login', 0, WEEK),
      'me, an hour later': ['401 Unauthorized', '200'],
      'me, a day later': ['401 Unauthorized', '200'],
      ...sharedByCall(25 * HOUR, WEEK),
    },
    SHARED_TOKEN_TTL_SECONDS: {
      ...shared('login', 0, 2 * HOUR),
      'me, an hour later': ['401 Unauthorized', '200'],
      ...sharedByCall(25 * HOUR, 2 * HOUR),
    },
    'USER_IDS=number': {
      ...numberInToken('login'),
      ...among(['login', 'me'], number),
      // Other workers know a user by the uuid; only the token is that of `v1`.
      'login(): accessToken.claims.user_id': [UUID, 1],
      'login(): access_token.claims.user_id': [UUID, 1],
    },
    'TOKEN_PROFILE_CLAIMS=off': {
      ...noNames('login', null, null),
      ...among(['accessToken', 'access_token'], (token) => ({
        [`login(): ${token}.claims.first_name`]: [null, undefined],
        [`login(): ${token}.claims.last_name`]: [null, undefined],
      })),
    },
  },
  '002': {
    STABLE_TOKEN_TTL_SECONDS: {
      ...among(['login', 'login, some-user', 'login again'], (step) => ({
        [`${step}: body.data.expire`]: [textAt(TEN_YEARS), textAt(DAY)],
        [`${step}: body.data.token.claims.exp`]: [at(TEN_YEARS), at(DAY)],
      })),
      'whoami: body.data.grantedAccess.expiresAt': [textAt(TEN_YEARS), textAt(DAY)],
      'token: body.data.grantedAccesses.0.expiresAt': [textAt(TEN_YEARS), textAt(DAY)],
      'token of some-user: body.data.grantedAccesses.0.expiresAt': [textAt(TEN_YEARS), textAt(DAY)],
      'whoami, two days later': ['200', '401 Unauthorized'],
    },
  },
  '003': {
    'USER_IDS=number': {
      // `userId`, which pages of document 003 read, stays what it is.
      ...among(['login', ...RENEWALS], (step) => ({ [`${step}: cookies.accessToken.value.claims.user_id`]: [UUID, 1] })),
      ...number('me by the cookie’s token'),
    },
    'TOKEN_PROFILE_CLAIMS=off': among(['login', ...RENEWALS], (step) => ({
      [`${step}: cookies.accessToken.value.claims.first_name`]: ['Beyhan', undefined],
      [`${step}: cookies.accessToken.value.claims.last_name`]: [null, undefined],
    })),
    'COOKIE_ACCESS_TOKEN=readable': among(['login', ...RENEWALS], (step) => ({
      [`${step}: cookies.accessToken.attributes`]: [
        'Max-Age=900; Path=/; HttpOnly; SameSite=Lax',
        'Max-Age=900; Path=/; SameSite=Lax',
      ],
    })),
  },
  '004': {
    SHARED_TOKEN_SECRET: sharedFourTimes(WEEK),
    SHARED_TOKEN_TTL_SECONDS: sharedFourTimes(2 * HOUR),
    'USER_IDS=number': {
      // Which number it will be is not told before there is an account.
      'register: body.user.id': [UUID, 0],
      ...among(GRANTS, numberInToken),
      ...among([...GRANTS, 'me', 'me, refreshed'], number),
    },
    'TOKEN_PROFILE_CLAIMS=off': among(GRANTS, (step) => noNames(step, 'Beyhan', 'Oğur')),
    'REFRESH_ROTATION=keep': {
      // The same is not said again: the old token is good for another one.
      'refresh, the answer was lost: body.refresh_token.claims.ctr': [1, 2],
      'refresh, the answer was lost: body.refresh_token.claims.iat': [at(960), at(990)],
      'refresh, the answer was lost: body.refresh_token.claims.exp': [at(960 + 30 * DAY), at(990 + 30 * DAY)],
      'refresh again: body.refresh_token.claims.ctr': [2, 3],
      'refresh by the first one': [SAID['004']['refresh by the first one'], '200'],
      'refresh by the second one': [SAID['004']['refresh by the second one'], '200'],
    },
  },
}

/** `accessToken` is one that the secret signs, with these claims and no other. */
function sharedToken(issuedAt: number, ttlSeconds: number) {
  const times = { iat: at(issuedAt), exp: at(issuedAt + ttlSeconds) }
  const claims = { sub: UUID, email: EMAIL, roles: ['user'], sid: SESSION, jti: UUID, ...times }
  return [
    expect.objectContaining({ header: { alg: 'ES256', typ: 'at+jwt', kid: 'a key' } }),
    { header: { alg: 'HS256', typ: 'JWT' }, claims },
  ] as const
}

function shared(step: string, issuedAt: number, ttlSeconds: number): Differences {
  return { [`${step}: body.accessToken`]: sharedToken(issuedAt, ttlSeconds) }
}

function sharedFourTimes(ttlSeconds: number): Differences {
  const [login = '', refresh = '', lost = '', again = ''] = GRANTS
  return {
    ...shared(login, 0, ttlSeconds),
    ...shared(refresh, 960, ttlSeconds),
    ...shared(lost, 990, ttlSeconds),
    ...shared(again, 4590, ttlSeconds),
  }
}

function sharedByCall(issuedAt: number, ttlSeconds: number): Differences {
  return {
    'login(): accessToken': sharedToken(issuedAt, ttlSeconds),
    'login(): expiresIn': [900, ttlSeconds],
    'verifyToken(): exp': [at(issuedAt + 900), at(issuedAt + ttlSeconds)],
  }
}

function number(step: string): Differences {
  return { [`${step}: body.user.id`]: [UUID, 1] }
}

function numberInToken(step: string): Differences {
  return {
    [`${step}: body.access_token.claims.user_id`]: [UUID, 1],
    [`${step}: body.accessToken.claims.user_id`]: [UUID, 1],
  }
}

function noNames(step: string, first: string | null, last: string | null): Differences {
  return among(['access_token', 'accessToken'], (name) => ({
    [`${step}: body.${name}.claims.first_name`]: [first, undefined],
    [`${step}: body.${name}.claims.last_name`]: [last, undefined],
  }))
}

function among(names: readonly string[], differences: (name: string) => Differences): Differences {
  return Object.assign({}, ...names.map(differences))
}
