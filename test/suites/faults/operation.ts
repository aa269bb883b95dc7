// What a client can ask for, each with a request that succeeds, what the same request is told once more, and how to see that it
// has been done exactly once.
import type { Reply, TestApp } from '../../support/harness.ts'

export interface Asked {
  /** The very same request each time. */
  send(): Promise<Reply>
  /** Whose sessions are looked at for traces. */
  readonly userId?: string
  /** Fails unless the request has been done once, whatever went wrong on the way. @param successes every reply that said so */
  proveDone?(successes: readonly Reply[]): Promise<void>
}

export interface Operation {
  /** The status when nothing is wrong. */
  readonly done: number
  /** The status for the same request once it has been done: a client that lost the answer sends it again. */
  readonly again: number
  /** With an account of its own each time. */
  prepare(app: TestApp): Promise<Asked>
}
