import type { LiveBackend, LiveCounts } from '../../capture/live/live-capture.js'
import type { ByteSource } from '../../input/byte-source.js'

/** A running capture on an interface as the bytes of a pcap stream: a file header, then records as they come. */
export interface LiveSource extends ByteSource {
  readonly backend: LiveBackend
  /** LINKTYPE_* value of the interface. */
  readonly linkType: number
  /** Null where the backend doesn't know. */
  readonly counts: LiveCounts | null
  /**
   * `read()` has returned every packet up to this second (since 1970); 0: unknown. The packets may not have been dispatched
   * yet.
   */
  readonly completeToSec: number
  /** Ends the capture. `read()` still returns the packets received by now. */
  stop(): void
}
