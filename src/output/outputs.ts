import { conflictList } from './conflicts/conflict-list.js'
import { consolePayload } from './console/console-payload.js'
import { connectionFiles } from './files/connection-files.js'
import { metadataFiles } from './files/metadata-files.js'
import { handover } from './handover/handover.js'
import { connectionIndex } from './index/connection-index.js'
import type { Output, OutputSetup } from './output.js'

/** Everything that a run can write of its connections, in the order in which they are told of one. */
const OUTPUTS: readonly ((setup: OutputSetup) => Output | null)[] = [
  connectionFiles,
  metadataFiles,
  consolePayload,
  connectionIndex,
  conflictList,
  handover,
]

/** True when a run writes how much of each connection came again with other content: only then it compares all of it. */
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

/** The outputs that are asked for: the same in every thread. */
export function outputsOf(setup: OutputSetup): readonly Output[] {
  return OUTPUTS.map((make) => make(setup)).filter((output) => output !== null)
}
