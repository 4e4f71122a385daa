import type { CaptureOptions, OpenFailure } from '../../capture/live/live-capture.js'

/** What the process of cap is told first: to capture. */
export interface CapTask {
  readonly options: CaptureOptions
}

/** What it says first. */
export type CapMessage =
  | { readonly kind: 'opened'; readonly linkType: number }
  /** `reason`: cap is not to be had. */
  | { readonly kind: 'failed'; readonly failure: OpenFailure | { readonly reason: string } }
