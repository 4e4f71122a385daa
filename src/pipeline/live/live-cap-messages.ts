import type { CaptureOptions, OpenFailure } from '../../capture/live/live-capture.js'

/** The first message to the process of cap: what to capture. */
export interface CapTask {
  readonly options: CaptureOptions
}

/** Its first answer. */
export type CapMessage =
  | { readonly kind: 'opened'; readonly linkType: number }
  /** `reason`: why cap cannot be loaded. */
  | { readonly kind: 'failed'; readonly failure: OpenFailure | { readonly reason: string } }
