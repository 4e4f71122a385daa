import type { Config } from '../../config/config.js'
import type { TrackerOptions } from '../../flow/connection-tracker.js'
import type { CopyFinder } from '../../flow/copy-finder.js'
import type { EncapTable } from '../../wire/encap-table.js'
import { EncapNetworks, ONE_NETWORK } from '../../wire/network-tags.js'

/** What a worker's tracker is told. */
export function trackerOptions(
  config: Config,
  encaps: EncapTable,
  copies: CopyFinder | undefined,
): TrackerOptions {
  const { heldSegments, heldBytes, openConnections, networks } = config.limits
  return {
    tcpTimeoutSec: config.tcpTimeoutSec,
    udpTimeoutSec: config.udpTimeoutSec,
    lastWins: config.overlapPolicy === 'last',
    heldSegments,
    heldBytes,
    openConnections,
    networks,
    networkTags: config.key === 'auto' ? new EncapNetworks(encaps) : ONE_NETWORK,
    copies,
  }
}
