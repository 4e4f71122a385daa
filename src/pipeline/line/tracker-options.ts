import type { Config } from '../../config/config.js'
import type { TrackerOptions } from '../../flow/connection-tracker.js'
import type { Copies } from '../../flow/copies.js'

/** What a worker's tracker is told. */
export function trackerOptions(config: Config, copies: Copies | undefined): TrackerOptions {
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
