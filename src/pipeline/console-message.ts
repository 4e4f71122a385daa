import type { ConsoleBlock } from '../output/console/console-block.js'

/** A worker's console output of one epoch; `block` is null without output. */
export interface ConsoleMessage {
  readonly epoch: number
  readonly block: ConsoleBlock | null
}
