import type { CaptureOptions, LiveCounts, OpenFailure } from '../../capture/live/live-capture.js'
import type { SlotRing } from '../../ring/slot-ring.js'

/** What the thread of a live capture is started with. */
export interface LibpcapTask {
  readonly options: CaptureOptions
  readonly ring: SlotRing
  /** One int32 of `Stop`. */
  readonly stop: SharedArrayBuffer
}

/** What it says, the first or the second once, and `ended` at the end of a capture that was opened. */
export type LibpcapMessage =
  | { readonly kind: 'opened'; readonly linkType: number; readonly isNanosecond: boolean }
  /** `reason`: libpcap is not to be had. */
  | { readonly kind: 'failed'; readonly failure: OpenFailure | { readonly reason: string } }
  /** There is something in the ring. */
  | { readonly kind: 'filled' }
  /** `completeToSec`: seconds since 1970, all packets before are in the ring or were read. */
  | { readonly kind: 'status'; readonly counts: LiveCounts; readonly completeToSec: number }
  /** `problem`: what ended it, null: it was to end. */
  | { readonly kind: 'ended'; readonly counts: LiveCounts; readonly problem: string | null }
