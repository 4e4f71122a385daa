import type { ConsoleBlock } from '../output/console/console-block.js'

/** A worker's console output of one epoch; `block` null: there is none. */
export interface ConsoleMessage {
  readonly epoch: number
  readonly block: ConsoleBlock | null
}
