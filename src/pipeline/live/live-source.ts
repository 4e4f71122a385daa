import type { LiveBackend, LiveCounts } from '../../capture/live/live-capture.js'
import type { ByteSource } from '../../input/byte-source.js'

/** A capture under way on an interface, as the bytes of a pcap stream: file header, then records as they come. */
export interface LiveSource extends ByteSource {
  readonly backend: LiveBackend
  /** LINKTYPE_* value of the interface. */
  readonly linkType: number
  /** Null where the backend doesn't know. */
  readonly counts: LiveCounts | null
  /**
   * `read()` has given every packet up to this time, seconds since 1970; 0: unknown. They may not have been dispatched
   * yet.
   */
  readonly completeToSec: number
  /** Ends the capture. `read()` still gives what was received by now. */
  stop(): void
}
