import type { FragmentTracker } from './fragment-tracker.js'

/** Complete datagrams that are kept at most. */
const MAX_DATAGRAMS = 256

/** Datagrams that are complete, the oldest first: copies of their fragments may still come. */
export class RecentDatagrams {
  readonly #nsec: number
  readonly #datagrams: FragmentTracker[] = []

  /** @param nsec How long copies come; 0: nobody looks for any. */
  constructor(nsec: number) {
    this.#nsec = nsec
  }

  get isWanted(): boolean {
    return this.#nsec > 0
  }

  add(tracker: FragmentTracker): void {
    this.#datagrams.push(tracker)
  }

  remove(tracker: FragmentTracker): void {
    this.#datagrams.splice(this.#datagrams.indexOf(tracker), 1)
  }

  /** The oldest one; null: there is none. */
  get oldest(): FragmentTracker | null {
    return this.#datagrams[0] ?? null
  }

  /** The oldest one if no copies of its fragments come at this time, or it is one too many; otherwise null. */
  outdated(tsSec: number, tsNsec: number): FragmentTracker | null {
    const { oldest } = this
    if (oldest === null) return null
    return this.#datagrams.length > MAX_DATAGRAMS || !oldest.isRecent(tsSec, tsNsec, this.#nsec)
      ? oldest
      : null
  }

  /** True when a fragment like this came to the datagram so recently that it may be a copy of it. */
  mayBeCopy(tracker: FragmentTracker, start: number, end: number, tsSec: number, tsNsec: number): boolean {
    return this.isWanted && tracker.cameRecently(start, end, tsSec, tsNsec, this.#nsec)
  }
}
