// What the session tests share: bindings, sessions to store, and a KV that can be made to fail or to wait.
import { env } from 'cloudflare:workers'
import type { SessionLedgerObject } from '../../src/objects/session-ledger/session-ledger.ts'
import {
  type Device,
  ledgerNameOf,
  type NewSession,
  newSessionId,
  type Standing,
} from '../../src/objects/session-ledger/session-rules.ts'

interface SessionBindings {
  readonly SESSION_LEDGER: DurableObjectNamespace<SessionLedgerObject>
  readonly SESSIONS: KVNamespace
}

// wrangler.toml declares both, and every test here fails at once when it does not.
export const bindings = env as unknown as SessionBindings

export const NOW = 1_800_000_000
export const DAY = 86_400

export function randomHex32(): string {
  return crypto.randomUUID().replaceAll('-', '')
}

export function newSession(userId: string, changes: Partial<NewSession> = {}): NewSession {
  return {
    id: newSessionId(userId, randomHex32()),
    createdAt: NOW,
    expiresAt: NOW + 30 * DAY,
    absoluteExpiresAt: NOW + 90 * DAY,
    epoch: 3,
    authTime: NOW,
    ip: '203.0.113.7',
    userAgent: 'Test/1.0',
    amr: ['pwd'],
    description: 'Login',
    credential: '',
    ...changes,
  }
}

export const standing = (epoch = 3, changes: Partial<Standing> = {}): Standing => ({
  epoch,
  keptSessionId: null,
  pin: null,
  ...changes,
})

/** Where a refresh comes from unless something else is said. */
export const DEVICE: Device = { ip: '203.0.113.7', userAgent: 'Test/1.0' }

export function ledgerOf(userId: string): DurableObjectStub<SessionLedgerObject> {
  return bindings.SESSION_LEDGER.getByName(ledgerNameOf(userId))
}

export interface Put {
  readonly key: string
  readonly revoked: boolean
  readonly epoch: number
  readonly expiration: number | undefined
}

/** Stands where KV's `put` does, since the local KV is never slow, late or rate-limited. */
export class ScriptedKv {
  readonly puts: Put[] = []
  /** Called for each put, after it was noted: throw to refuse it, wait to be slow. */
  answer: (put: Put) => Promise<void> = async () => {}

  readonly put: KVNamespace['put'] = async (key: string, value: unknown, options?: KVNamespacePutOptions) => {
    const copy = JSON.parse(String(value)) as { revoked: boolean; epoch: number }
    const put = { key, revoked: copy.revoked, epoch: copy.epoch, expiration: options?.expiration }
    this.puts.push(put)
    await this.answer(put)
  }
}

/** Lets everything that needs no more than a few turns happen. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20))
}
