import { conflictList } from './conflicts/conflict-list.js'
import { consolePayload } from './console/console-payload.js'
import { connectionFiles } from './files/connection-files.js'
import { metadataFiles } from './files/metadata-files.js'
import { handover } from './handover/handover.js'
import { connectionIndex } from './index/connection-index.js'
import { packetMap } from './map/packet-map.js'
import { httpObjects } from './objects/http-objects.js'
import type { Output, OutputSetup } from './output.js'
import { pcapFiles } from './pcap/pcap-output.js'
import { zipOutput } from './zip/zip-output.js'

/** All outputs. A connection's events reach them in this order. */
const OUTPUTS: readonly ((setup: OutputSetup) => Output | null)[] = [
  connectionFiles,
  metadataFiles,
  pcapFiles,
  zipOutput,
  consolePayload,
  connectionIndex,
  conflictList,
  httpObjects,
  packetMap,
  handover,
]

/** True when an output shows how many bytes came again with other content. Only then are all repeated bytes compared. */
export function showsConflicts({ config, handoverDir }: OutputSetup): boolean {
  const { indexes, conflictsFile, summaryFile, writeMetadata } = config
  return (
    indexes.length > 0 ||
    conflictsFile !== null ||
    summaryFile !== null ||
    writeMetadata ||
    handoverDir !== null
  )
}

/** True when an output asks where packets stand. */
export function wantsPlaces(setup: OutputSetup): boolean {
  return outputsOf(setup).some((output) => output.wantsPlaces)
}

/** The outputs that the options ask for. Every thread gets the same list. */
export function outputsOf(setup: OutputSetup): readonly Output[] {
  return OUTPUTS.map((make) => make(setup)).filter((output) => output !== null)
}
