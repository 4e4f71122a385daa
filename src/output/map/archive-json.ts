import { resolve } from 'node:path'
import type { Config } from '../../config/config.js'
import type { RunParts } from '../output.js'
import type { MapFacts } from './map-writer.js'

export const ARCHIVE_FORMAT = 'pcap2conn archive'
export const ARCHIVE_VERSION = 1

/** The text of inputs.json: what is needed to read the packets of a map again, with the same results. */
export function archiveJson(
  config: Config,
  map: MapFacts,
  { inputs, isMerged }: Pick<RunParts, 'inputs' | 'isMerged'>,
): string {
  const { tcpTimeoutSec, udpTimeoutSec, overlapPolicy, key, decap, decodeAs, maxBytes, filter } = config
  const archive = {
    format: ARCHIVE_FORMAT,
    version: ARCHIVE_VERSION,
    connections: map.connections,
    options: {
      tcpTimeout: tcpTimeoutSec,
      udpTimeout: udpTimeoutSec,
      overlap: overlapPolicy,
      key,
      noDecap: !decap,
      ...(decodeAs.length === 0
        ? {}
        : { decodeAs: decodeAs.map(({ protocol, port, tunnel }) => `${protocol}:${port}=${tunnel}`) }),
      ...(maxBytes === Number.POSITIVE_INFINITY ? {} : { maxBytes }),
    },
    filter,
    ...(isMerged ? { merged: true } : {}),
    values: config.resultValues,
    inputs: inputs.map(({ path, checkpoints: _, ...facts }) => ({ path: resolve(path), ...facts })),
  }
  // Not as it is shown elsewhere: bytes of a path that are no UTF-8 must be had again.
  return `${JSON.stringify(archive, null, 1)}\n`
}
