import type { Speech } from './speech.js'

/** Finds out what is spoken in one connection, from its first bytes. Holds no more than it needs. */
export interface Talk {
  /** True when nothing that comes can tell more. Then nothing is held, and `data()` need not be called. */
  readonly isOver: boolean
  /** The next bytes of a side, in order, or its next datagram: `bytes[from, to)`, valid during the call. */
  data(side: 0 | 1, bytes: Uint8Array, from: number, to: number): void
  /** The capture lost bytes of a side here. */
  gap(side: 0 | 1): void
  /** The connection is over. */
  end(): Speech
}
