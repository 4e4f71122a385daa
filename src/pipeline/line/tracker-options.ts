import type { TrackerOptions } from '../../flow/connection-tracker.js'
import type { CopyFinder } from '../../flow/copy-finder.js'
import { EncapTable } from '../../wire/encap-table.js'
import { EncapNetworks, ONE_NETWORK } from '../../wire/network-tags.js'
import type { WorkerTask } from './worker-task.js'

/** What a worker's tracker is told. */
export function trackerOptions(
  { config, encaps }: Pick<WorkerTask, 'config' | 'encaps'>,
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
    networkTags: config.key === 'auto' ? new EncapNetworks(new EncapTable(encaps)) : ONE_NETWORK,
    copies,
  }
}
