// What has been noted within an hour already, so that it is not written down again. A hint only: each isolate has its own.

const HOUR = 3600

export class HourlyMemory {
  readonly #limit: number
  readonly #keys = new Set<string>()
  #hour = 0

  /** @param limit keys that are kept; beyond it the oldest is forgotten */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Whether `key` is new in the hour of `now` (epoch seconds); asked again it is not. */
  note(key: string, now: number): boolean {
    const hour = Math.floor(now / HOUR)
    if (hour !== this.#hour) this.#keys.clear()
    this.#hour = hour
    if (this.#keys.has(key)) return false
    const [oldest] = this.#keys
    if (this.#keys.size >= this.#limit && oldest !== undefined) this.#keys.delete(oldest)
    this.#keys.add(key)
    return true
  }
}
