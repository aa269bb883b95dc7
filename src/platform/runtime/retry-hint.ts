// When work that failed in this isolate is due again, so that a request can see to it without asking a store. A hint only:
// an isolate that ends takes it along, and the cron trigger finds the work in any case.

export class RetryHint {
  #dueAt = Number.POSITIVE_INFINITY

  note(dueAt: number): void {
    this.#dueAt = Math.min(this.#dueAt, dueAt)
  }

  /** Whether something is due; asked again it says no until something else is noted. */
  takeDue(now: number): boolean {
    if (now < this.#dueAt) return false
    this.#dueAt = Number.POSITIVE_INFINITY
    return true
  }
}
