import type { CaptureOptions, LiveCounts, OpenFailure } from '../../capture/live/live-capture.js'
import type { SlotRing } from '../../ring/slot-ring.js'

/** Start parameters of the thread of a live capture. */
export interface LibpcapTask {
  readonly options: CaptureOptions
  readonly ring: SlotRing
  /** One int32 of `Stop`. */
  readonly stop: SharedArrayBuffer
}

/** Its messages: one of the first two once, and `ended` at the end of a capture that was opened. */
export type LibpcapMessage =
  | { readonly kind: 'opened'; readonly linkType: number; readonly isNanosecond: boolean }
  /** `reason`: why libpcap cannot be loaded. */
  | { readonly kind: 'failed'; readonly failure: OpenFailure | { readonly reason: string } }
  /** The ring has packets. */
  | { readonly kind: 'filled' }
  /** `completeToSec`: all packets before this second (since 1970) are in the ring or were read. */
  | { readonly kind: 'status'; readonly counts: LiveCounts; readonly completeToSec: number }
  /** `problem`: what ended it; null: it was told to end. */
  | { readonly kind: 'ended'; readonly counts: LiveCounts; readonly problem: string | null }
