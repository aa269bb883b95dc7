// How many password hashes may be pending in one isolate: each blocks it, so past a few the honest answer is "busy".
// Asked before the limiter, because it is free. Never waits and never queues.

export interface HashSlot {
  /** Gives the slot back. Calling it again, or after its lease, changes nothing. */
  release(): void
}

export class HashSlots {
  readonly #limit: number
  readonly #leaseMilliseconds: number
  /** One object per pending hash, so that a slot can only ever give back itself. */
  readonly #pending = new Set<{ readonly lapsesAt: number }>()

  /** @param leaseMilliseconds far more than a hash takes: when a slot counts as abandoned */
  constructor(limit: number, leaseMilliseconds: number) {
    this.#limit = limit
    this.#leaseMilliseconds = leaseMilliseconds
  }

  /** Whether a slot is free just now. @param now in milliseconds */
  hasRoom(now: number): boolean {
    for (const lease of this.#pending) if (lease.lapsesAt <= now) this.#pending.delete(lease)
    return this.#pending.size < this.#limit
  }

  /**
   * A slot, or `null` when all are taken. The runtime drops what a cancelled request had left to do, `finally` included,
   * so a slot whose owner vanished lapses here.
   * @param now in milliseconds
   */
  tryReserve(now: number): HashSlot | null {
    if (!this.hasRoom(now)) return null
    const lease = { lapsesAt: now + this.#leaseMilliseconds }
    this.#pending.add(lease)
    return { release: () => void this.#pending.delete(lease) }
  }
}
