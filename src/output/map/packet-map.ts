import { createHash } from 'node:crypto'
import { archivePaths } from '../../archive-paths.js'
import type { Config } from '../../config/config.js'
import { type Failure, failureOf, OutputError } from '../../errors.js'
import { ConnectionFlag } from '../../flow/connection-table.js'
import type { FlowPacket } from '../../flow/flow-packet.js'
import { writeWholeFile } from '../../whole-file.js'
import { TUPLE_WORDS, writeTuple } from '../endpoint-words.js'
import type { FileNames } from '../files/file-names.js'
import type { CountedInput, Output, OutputSetup, RunParts, TaskPart, WorkerOutput } from '../output.js'
import { outputFailure } from '../output-failure.js'
import { COMPANIES_RUN, ENTRIES_RUN, leaveRun } from '../runs/leave-run.js'
import { mergeRuns, type RunLayout } from '../runs/merge-runs.js'
import type { WorkerParts } from '../worker-parts.js'
import { archiveJson } from './archive-json.js'
import { COMPANY_ROW_BYTES, KEY_BYTES, PACKED_UID_BYTES } from './map-format.js'
import { type MapFacts, MapWriter } from './map-writer.js'
import { type MapRuns, PacketLists, RUN_RECORD_BYTES } from './packet-lists.js'

const ENTRIES: RunLayout = {
  headerBytes: RUN_RECORD_BYTES,
  keyFrom: 0,
  keyTo: PACKED_UID_BYTES,
  contentBytes: (bytes, at) => bytes.readUInt32LE(at + PACKED_UID_BYTES),
}
const COMPANIES: RunLayout = {
  headerBytes: COMPANY_ROW_BYTES,
  keyFrom: 0,
  keyTo: COMPANY_ROW_BYTES,
  contentBytes: () => 0,
}

/** With `--map` where in the inputs the packets of each connection stand: an archive, from which connections can be had. */
export function packetMap({ config }: OutputSetup): Output<MapRuns> | null {
  const { mapDir } = config
  if (mapDir === null) return null
  return {
    wantsPlaces: true,
    open: (worker) => new PacketMap(worker, config.maxBytes),
    finish: (parts, run) => writeArchive(mapDir, config, parts, run),
  }
}

class PacketMap implements WorkerOutput<MapRuns> {
  readonly #table: WorkerParts['table']
  readonly #names: FileNames
  readonly #maxBytes: number
  readonly #lists: PacketLists
  readonly #tuple = new Uint32Array(TUPLE_WORDS)

  constructor({ table, names, uids, files, tempFolder, number }: WorkerParts, maxBytes: number) {
    this.#maxBytes = maxBytes
    this.#table = table
    this.#names = names
    this.#lists = new PacketLists((connection) => uids.uid(connection), files.slots, tempFolder, number)
  }

  opened(connection: number): void {
    this.#lists.opened(connection)
  }

  /** @throws OutputError */
  packet(connection: number, _side: 0 | 1, _bytes: Uint8Array, packet: FlowPacket, role: number): void {
    this.#lists.packet(connection, packet, role)
  }

  /** @throws OutputError */
  finished(connection: number): void {
    const isGrouped = (this.#table.flags[connection]! & ConnectionFlag.GROUPED) !== 0
    this.#lists.finished(
      connection,
      this.#names.ordinal(connection),
      this.#limitsOf(connection),
      isGrouped ? this.#key(connection) : null,
    )
  }

  /** @throws OutputError */
  finish(): MapRuns {
    return this.#lists.finish()
  }

  #limitsOf(connection: number): number {
    const { limits, payloadBytes } = this.#table
    const most = Math.max(payloadBytes[2 * connection]!, payloadBytes[2 * connection + 1]!)
    if (most > this.#maxBytes) limits.mark(connection, 'max_bytes')
    return limits.of(connection)
  }

  // Stands for the 5-tuple.
  #key(connection: number): Uint8Array {
    writeTuple(this.#table, connection, this.#tuple)
    return createHash('sha256').update(new Uint8Array(this.#tuple.buffer)).digest().subarray(0, KEY_BYTES)
  }
}

async function writeArchive(
  folder: string,
  config: Config,
  parts: readonly MapRuns[],
  run: RunParts,
): Promise<readonly Failure[]> {
  if (!run.isComplete)
    return [
      {
        kind: 'output',
        message: `No archive was written to "${folder}": the run failed before it was complete`,
      },
    ]
  const { part } = run
  if (part !== null) return leavePart(parts, run, part)
  const paths = archivePaths(folder)
  try {
    const facts = await writeMap(paths.map, parts, run.inputs, run.tempFolder)
    writeWholeFile(paths.inputs, archiveJson(config, facts, run))
    return []
  } catch (error) {
    return [failureOf(error instanceof OutputError ? error : outputFailure(paths.map, error))]
  }
}

async function leavePart(parts: readonly MapRuns[], run: RunParts, part: TaskPart): Promise<Failure[]> {
  part.inputs = run.inputs
  const entries = parts.flatMap((runs) => runs.entries)
  const companies = parts.flatMap((runs) => runs.companies)
  return [
    ...(await leaveRun(ENTRIES_RUN, entries, ENTRIES, run, part)),
    ...(await leaveRun(COMPANIES_RUN, companies, COMPANIES, run, part)),
  ]
}

/** Merges the workers' runs to a map. @throws OutputError, or the system's errors. */
export async function writeMap(
  path: string,
  parts: readonly MapRuns[],
  inputs: readonly Pick<CountedInput, 'checkpoints'>[],
  tempFolder: string,
): Promise<MapFacts> {
  const writer = new MapWriter(path)
  try {
    await mergeRuns(
      parts.flatMap(({ entries }) => entries),
      ENTRIES,
      tempFolder,
      {
        begin: (bytes, at) => writer.begin(bytes, at),
        content: (bytes, from, to) => writer.entry(bytes, from, to),
      },
    )
    writer.endEntries()
    await mergeRuns(
      parts.flatMap(({ companies }) => companies),
      COMPANIES,
      tempFolder,
      { begin: (bytes, at) => writer.company(bytes, at), content() {} },
    )
    for (const [input, { checkpoints }] of inputs.entries()) writer.checkpoints(input, checkpoints)
    return writer.publish()
  } catch (error) {
    writer.abandon()
    throw error
  }
}
