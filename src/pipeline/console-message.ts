import type { ConsoleBlock } from '../output/console/console-block.js'

/** What a worker has for the console from one epoch; `block` null: nothing. */
export interface ConsoleMessage {
  readonly epoch: number
  readonly block: ConsoleBlock | null
}
