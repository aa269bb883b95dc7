// What an attack is: something sent over HTTP or RPC, and what it must come to. Cases are data of this shape; one runner tries
// them all, and sees to it that nothing else has come of them either.
import type { Calls } from '../../../src/rpc/calls.ts'
import type { Reply, TestApp } from '../../support/harness.ts'
import type { Scene } from './scene.ts'

/** A request as `TestApp.request` makes it; `path` may be a whole URL. */
export interface HttpAttempt {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly token?: string
  /** Its own when absent, so that no limit answers for what is under test. */
  readonly ip?: string | null
}

export interface RpcAttempt {
  readonly call: keyof Calls
  readonly with: readonly unknown[]
  /** All rights when absent. */
  readonly props?: unknown
}

/** A `Request` is sent as it is. */
export type Attempt = HttpAttempt | RpcAttempt | Request

/** One word for what every face and RPC says in its own way. */
export type Verdict =
  | 'ok'
  | 'invalid'
  | 'refused'
  | 'forbidden'
  | 'missing'
  | 'wrong method'
  | 'taken'
  | 'too large'
  | 'wrong type'
  | 'limited'
  | 'unavailable'
  | 'fault'

export interface Outcome {
  readonly verdict: Verdict
  /** Of HTTP. */
  readonly reply?: Reply
  /** Of RPC: what came back, or the message of what was thrown. */
  readonly value?: unknown
  /** What was tried, for whoever reads a failure. */
  readonly tried: string
}

export interface Attack {
  /** A sentence: what is refused, or what does not come of it. */
  readonly name: string
  /** Published advisories of comparable projects whose flaw this would be; advisories.ts says what each is about. */
  readonly advisories?: readonly string[]
  readonly attempts: (scene: Scene) => readonly Attempt[] | Promise<readonly Attempt[]>
  /**
   * Of every attempt, or of each in its order; of attempts at once, in any order. `denied`: refused in whichever way. `ended`:
   * refused, and document 002's API answers 403 to its own genuine token.
   */
  readonly answer: Verdict | 'denied' | 'ended' | readonly Verdict[]
  /** Another app than the one of the scene, over the same stores: restarted, or configured anew. */
  readonly against?: (scene: Scene) => Promise<TestApp>
  readonly atOnce?: true
  /** What else must hold, on the replies or in the stores. */
  readonly holds?: (scene: Scene, outcomes: readonly Outcome[]) => void | Promise<void>
  /** The attempts include something that may be done, so that the world is another afterwards. */
  readonly changes?: true
}

export interface AttackClass {
  readonly name: string
  readonly cases: readonly Attack[]
  /** Vars of the app that this class attacks. */
  readonly vars?: Readonly<Record<string, string>>
}
