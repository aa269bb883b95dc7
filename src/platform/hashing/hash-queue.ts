// Who may hash when: one at a time in an isolate, since there is one memory for it, in the order of arrival, and no more waiting
// than can be served soon. A request that is cancelled in the middle runs nothing any more, not even `finally`, and a promise of
// its is never settled; so nobody waits for anybody else's promise, only for timers of their own, and who is not heard of for a
// while has lost the place.

import { Unavailable } from '../runtime/deadline.ts'

/** A place in the queue. */
export interface HashTurn {
  /**
   * Before each slice of work: lets the event loop run, and returns when it is this one's turn.
   * @throws Unavailable when the place was lost, and with it the memory that the work so far is in
   */
  checkpoint(): Promise<void>
  /** Gives the place back. Again, or after it was lost, it changes nothing. */
  leave(): void
}

export interface HashQueueOptions {
  /** Places, the one whose turn it is included. */
  readonly limit: number
  /** How long one is not heard of before the place is lost: many slices. */
  readonly leaseMilliseconds: number
  /** In milliseconds. */
  readonly now: () => number
  readonly sleep: (milliseconds: number) => Promise<void>
}

interface Place {
  lapsesAt: number
}

/** How often one who waits looks whether it is time. */
const POLL_MILLISECONDS = 4
/** How many turns of the event loop a request takes at most from its arrival to its reply, where stores are near. */
const TURNS_OF_A_REQUEST = 4

export class HashQueue {
  readonly #options: HashQueueOptions
  /** In the order of arrival. */
  readonly #places = new Set<Place>()
  #requests = 0

  constructor(options: HashQueueOptions) {
    this.#options = options
  }

  /** Whether there is a place just now. */
  hasRoom(): boolean {
    this.#dropLapsed()
    return this.#places.size < this.#options.limit
  }

  /** Takes a place, or returns `null` when there is none. */
  enter(): HashTurn | null {
    if (!this.hasRoom()) return null
    const place = { lapsesAt: this.#lapseFromNow() }
    this.#places.add(place)
    return { checkpoint: () => this.#waitForTurn(place), leave: () => void this.#places.delete(place) }
  }

  /** A request has arrived, of whatever kind: the next slice lets it pass. Otherwise it would wait for a slice at each of its steps. */
  noteRequest(): void {
    this.#requests += 1
  }

  async #waitForTurn(place: Place): Promise<void> {
    const requests = this.#requests
    do {
      await this.#options.sleep(this.#isFirst(place) ? 0 : POLL_MILLISECONDS)
      // What arrived during the last slice has been noted by now, and nobody else pays for the pause.
      const turns = this.#requests === requests || !this.#isFirst(place) ? 1 : TURNS_OF_A_REQUEST
      for (let turn = 1; turn < turns; turn += 1) await this.#options.sleep(0)
      // The fence: whoever was dropped meanwhile learns it here, before touching the memory again.
      if (!this.#places.has(place)) throw new Unavailable('password hashing', { reason: 'the turn was lost' })
      place.lapsesAt = this.#lapseFromNow()
      this.#dropLapsed()
    } while (!this.#isFirst(place))
  }

  #isFirst(place: Place): boolean {
    for (const first of this.#places) return first === place
    return false
  }

  #dropLapsed(): void {
    const now = this.#options.now()
    for (const place of this.#places) if (place.lapsesAt <= now) this.#places.delete(place)
  }

  #lapseFromNow(): number {
    return this.#options.now() + this.#options.leaseMilliseconds
  }
}
