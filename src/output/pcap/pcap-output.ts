import { join } from 'node:path'
import type { CapturedPacket } from '../../capture/captured-packet.js'
import type { Config } from '../../config/config.js'
import { type Failure, failureOf, InputError, OutputError } from '../../errors.js'
import { FdBudget } from '../files/fd-budget.js'
import type { InputFacts, Output, OutputSetup, RunParts } from '../output.js'
import { RecordFile } from '../record-file.js'
import { mergeRuns, type RunLayout, RunWriter } from '../runs/merge-runs.js'
import { PacketFiles } from './packet-files.js'
import { PacketRows, type PacketRuns } from './packet-rows.js'
import type { PacketOrigin } from './pcapng-output.js'
import { FILE_ROW_BYTES, fileRowContent, PACKET_ROW_BYTES, readFileRow, readPacketRow } from './row-format.js'

const READ_BYTES = 256 * 1024
const KEY = { keyFrom: 0, keyTo: PACKET_ROW_BYTES }
const PACKETS: RunLayout = { ...KEY, headerBytes: PACKET_ROW_BYTES, contentBytes: () => 0 }
const FILES: RunLayout = { ...KEY, headerBytes: FILE_ROW_BYTES, contentBytes: fileRowContent }

/** The output of `--pcap`: a file with the packets of each connection. The inputs are read once more for them. */
export function pcapFiles({ config }: OutputSetup): Output<PacketRuns> | null {
  if (!config.pcap) return null
  return {
    wantsPlaces: true,
    open: (worker) => new PacketRows(worker),
    finish: (parts, run) => writeFiles(config, parts, run),
  }
}

async function writeFiles(
  config: Config,
  parts: readonly PacketRuns[],
  run: RunParts,
): Promise<readonly Failure[]> {
  const refuse = (reason: string): Failure[] => [
    { kind: 'output', message: `No packets of connections were written: ${reason}` },
  ]
  if (!run.isComplete) return refuse('the run failed before it was complete')
  const stream = run.inputs.find(({ bytes }) => bytes === null)
  if (stream !== undefined) return refuse(`"${stream.path}" cannot be read again`)
  const copying = new Copying(config, run)
  try {
    await copying.merge(parts)
    return await copying.copy()
  } catch (error) {
    if (!(error instanceof OutputError)) throw error
    return [failureOf(error)]
  } finally {
    copying.close()
  }
}

function lostPackets([input, ...others]: readonly InputFacts[], place: number): InputError {
  const what = `"${input!.path}"${others.length === 0 ? '' : ` and ${others.length} more`}`
  const where = others.length === 0 ? `byte ${place}` : `packet ${place}`
  const message = `Cannot read ${what} again at ${where}: files of packets lack those from there on`
  return new InputError(message, input!.path)
}

/** Copies packets from the inputs to the files of their connections, by rows that are in the order of the inputs. */
class Copying {
  // Invariant: the rows of #packets and #files before the record that is read next have been passed; #open are the files
  // between their first and last packets, by the keys of connections.
  readonly #run: RunParts
  readonly #packetsPath: string
  readonly #filesPath: string
  readonly #out: PacketFiles
  readonly #open = new Map<
    number,
    { readonly file: number; readonly lastInput: number; readonly lastPosition: number }
  >()
  #packets: RecordFile | null = null
  #files: RecordFile | null = null

  constructor(config: Config, run: RunParts) {
    this.#run = run
    this.#packetsPath = join(run.tempFolder, 'packets')
    this.#filesPath = join(run.tempFolder, 'packet-files')
    this.#out = new PacketFiles({
      folder: config.outputDir,
      isForced: config.force,
      inputFiles: run.inputFiles,
      fdBudget: new FdBudget(FdBudget.allocate(run.maxOpenFiles, 1)),
      totals: run.later,
      tempFolder: run.tempFolder,
      zipWorker: config.zipFile === null ? null : run.workerCount,
    })
  }

  /** @throws OutputError */
  async merge(parts: readonly PacketRuns[]): Promise<void> {
    const { tempFolder } = this.#run
    const merge = async (runs: readonly string[], layout: RunLayout, path: string) => {
      const rows = new RunWriter(path, layout)
      try {
        await mergeRuns(runs, layout, tempFolder, rows)
      } finally {
        rows.close()
      }
    }
    await merge(
      parts.flatMap(({ packets }) => packets),
      PACKETS,
      this.#packetsPath,
    )
    await merge(
      parts.flatMap(({ files }) => files),
      FILES,
      this.#filesPath,
    )
    this.#packets = new RecordFile(this.#packetsPath, READ_BYTES)
    this.#files = new RecordFile(this.#filesPath, READ_BYTES)
  }

  /** @throws OutputError */
  async copy(): Promise<Failure[]> {
    const failures: Failure[] = []
    const { inputs, isMerged, readAgain } = this.#run
    // Inputs that were merged are as one.
    const passes = isMerged ? [inputs] : inputs.map((input) => [input])
    for (const [input, facts] of passes.entries()) {
      if (this.#wanted(input) < 0) continue
      try {
        await readAgain(facts, (bytes, packet, origin, position) => {
          if (position === this.#wanted(input))
            this.#take(input, position, bytes, packet, { ...origin, input: input + origin.input })
          return this.#wanted(input) >= 0
        })
      } catch (error) {
        if (error instanceof OutputError || !(error instanceof Error)) throw error
        failures.push(failureOf(error))
      }
      const position = this.#wanted(input)
      if (position < 0) continue
      failures.push(failureOf(lostPackets(facts, position)))
      this.#passInput(input)
    }
    const zip = this.#out.finish()
    if (zip !== null) this.#run.zipParts.push(zip)
    return failures
  }

  close(): void {
    this.#packets?.close()
    this.#files?.close()
  }

  // Where the next record stands that is wanted of an input; -1: there is none.
  #wanted(input: number): number {
    const packets = this.#packets!
    if (!packets.fill(PACKET_ROW_BYTES) || packets.buffer.readUInt32BE(packets.at) !== input) return -1
    return packets.buffer.readUIntBE(packets.at + 4, 6)
  }

  #take(
    input: number,
    position: number,
    bytes: Uint8Array,
    packet: CapturedPacket,
    origin: PacketOrigin,
  ): void {
    this.#begin(input, position)
    const rows = this.#packets!
    let before = -1
    while (this.#wanted(input) === position) {
      const { key } = readPacketRow(rows.buffer, rows.at)
      rows.at += PACKET_ROW_BYTES
      if (key === before) continue // several packets in its frame
      before = key
      const one = this.#open.get(key)!
      this.#out.add(one.file, bytes, packet, origin)
      if (one.lastInput === input && one.lastPosition === position) {
        this.#out.end(one.file)
        this.#open.delete(key)
      }
    }
  }

  // Begins the files whose first packet, or one behind it, this is.
  #begin(input: number, position: number): void {
    const files = this.#files!
    while (files.fill(FILE_ROW_BYTES)) {
      const { firstInput, firstPosition, key } = readPacketRow(files.buffer, files.at)
      if (firstInput > input || (firstInput === input && firstPosition > position)) return
      const bytes = FILE_ROW_BYTES + fileRowContent(files.buffer, files.at)
      files.fill(bytes)
      const facts = readFileRow(files.buffer, files.at)
      files.at += bytes
      const { lastInput, lastPosition } = facts
      this.#open.set(key, { file: this.#out.begin(facts), lastInput, lastPosition })
    }
  }

  // What is left of an input cannot be had.
  #passInput(input: number): void {
    while (this.#wanted(input) >= 0) this.#packets!.at += PACKET_ROW_BYTES
    this.#begin(input, Number.POSITIVE_INFINITY)
    for (const [key, { file, lastInput }] of this.#open) {
      if (lastInput !== input) continue
      this.#out.end(file)
      this.#open.delete(key)
    }
  }
}
