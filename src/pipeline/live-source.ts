import type { LiveBackend, LiveCounts } from '../capture/live/live-options.js'
import type { ByteSource } from '../input/byte-source.js'

/** A capture under way on an interface, as the bytes of a pcap stream: file header, then records as they come. */
export interface LiveSource extends ByteSource {
  readonly backend: LiveBackend
  /** LINKTYPE_* value of the interface. */
  readonly linkType: number
  /** Null where the backend doesn't know. */
  readonly counts: LiveCounts | null
  /**
   * Seconds since 1970 up to which every packet has been given to `read()`; 0: unknown. Says nothing of what became
   * of them then.
   */
  readonly completeToSec: number
  /** Ends the capture: what was received by now is still given, then it is at its end. */
  stop(): void
}
