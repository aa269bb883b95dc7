// docs/faces.md names every claim of an access token, and no other.
import { readFile } from 'node:fs/promises'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/config.ts'
import { issueAccessToken } from '../../../src/core/tokens/access-tokens.ts'
import { issueSharedToken } from '../../../src/core/tokens/shared-tokens.ts'
import type { SessionRecord } from '../../../src/objects/session-ledger/session-rules.ts'
import { generateSigningKey, importSigningKey } from '../../../src/platform/crypto/jwt.ts'
import { systemRandom } from '../../../src/platform/crypto/random.ts'
import { readAccount } from '../../../src/stores/accounts/account.ts'
import { inProject } from '../../../tools/project.ts'

const NOW = 1_764_201_600
const section = (await readFile(inProject('docs/faces.md'), 'utf8')).split('\n### Tokens\n')[1]?.split('\n### ')[0] ?? ''

const settings = parseConfig({
  ENVIRONMENT: 'development',
  AUTH_SECRET: 'q0bnJ7Zk3vXy9fTgLrWm2sHdPc5eAuIo8tYw1NzKxVE',
  SHARED_TOKEN_SECRET: 'mQ4vT9xZ1kR7wB2nY8sL5dG0hJ3cF6aPqE4uIoXyTzU',
})
const deps = { settings, random: systemRandom, clock: () => NOW }

const user = readAccount({
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  email: 'ada@example.com',
  permissions: '[]',
  email_verified_at: NOW,
  first_name: 'Ada',
  last_name: null,
})

function sessionBy(amr: string): SessionRecord {
  return {
    id: `${user.id.replaceAll('-', '')}${'0'.repeat(32)}`,
    ...{ createdAt: NOW, expiresAt: NOW + 86_400, absoluteExpiresAt: NOW + 86_400, authTime: NOW, lastUsedAt: NOW, rotatedAt: NOW },
    ...{ epoch: 1, ip: '192.0.2.1', userAgent: '', amr: [amr], description: 'Login', credential: '', counter: 0, revokedAt: null },
  }
}

async function claimsBy(amr: string): Promise<readonly string[]> {
  const { publicJwk, privateJwk } = await generateSigningKey()
  const key = { kid: publicJwk.kid, privateKey: await importSigningKey(privateJwk) }
  const { token } = await issueAccessToken(deps, key, user, sessionBy(amr))
  return Object.keys(decodeJwt(token))
}

describe('docs/faces.md', () => {
  it('has a row for every claim of an access token, and for no other', async () => {
    const told = [...section.matchAll(/^\| ((?:`\w+`(?:, )?)+) +\|/gm)].flatMap(([, names = '']) =>
      names.replaceAll('`', '').split(', '),
    )
    expect(told.toSorted()).toEqual((await claimsBy('pin')).toSorted())
  })

  it('says which claims there are after a sign-in by PIN only', async () => {
    const byPassword = await claimsBy('pwd')
    const byPinOnly = (await claimsBy('pin')).filter((claim) => !byPassword.includes(claim))
    expect(section).toMatch(
      new RegExp(`^\\| ${byPinOnly.map((claim) => `\`${claim}\``).join(', ')} +\\| after a sign-in by PIN only`, 'm'),
    )
  })

  it('lists the claims of a shared token', async () => {
    const shared = await issueSharedToken(deps, user, sessionBy('pwd'))
    const told = /is an HS256 JWT \(`typ: JWT`\) of ([^:]*?), for\s/.exec(section)?.[1] ?? ''
    expect([...told.matchAll(/`(\w+)`/g)].map(([, name]) => name).toSorted()).toEqual(
      Object.keys(decodeJwt(shared?.token ?? '')).toSorted(),
    )
  })
})
