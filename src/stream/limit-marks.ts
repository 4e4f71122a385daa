/** The limits that can touch a connection, in the order of the bits in a map of packets. */
export const CONNECTION_LIMITS = [
  'held_segments',
  'held_bytes',
  'held_memory',
  'open_connections',
  'conflict_window',
  'max_bytes',
  'networks',
] as const
export type ConnectionLimit = (typeof CONNECTION_LIMITS)[number]

/** Which limits have touched which connections: few, so that it costs others nothing. */
export class LimitMarks {
  // Invariant: connections without marks are not in it.
  readonly #marks = new Map<number, number>()

  /** Marks a connection. @returns How often that was: once. */
  mark(connection: number, limit: ConnectionLimit): 1 {
    this.#marks.set(connection, this.of(connection) | (1 << CONNECTION_LIMITS.indexOf(limit)))
    return 1
  }

  /** Bits, in the order of {@link CONNECTION_LIMITS}. */
  of(connection: number): number {
    return this.#marks.get(connection) ?? 0
  }

  forget(connection: number): void {
    if (this.#marks.size > 0) this.#marks.delete(connection)
  }
}
