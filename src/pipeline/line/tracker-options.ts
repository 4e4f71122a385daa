import type { Config } from '../../config/config.js'
import type { TrackerOptions } from '../../flow/connection-tracker.js'
import type { CopyFinder } from '../../flow/copy-finder.js'

/** What a worker's tracker is told. */
export function trackerOptions(config: Config, copies: CopyFinder | undefined): TrackerOptions {
  const { heldSegments, heldBytes, openConnections } = config.limits
  return {
    tcpTimeoutSec: config.tcpTimeoutSec,
    udpTimeoutSec: config.udpTimeoutSec,
    lastWins: config.overlapPolicy === 'last',
    heldSegments,
    heldBytes,
    openConnections,
    copies,
  }
}
