import { relative, sep } from 'node:path'
import type { PageArena } from '../bytes/page-arena.js'
import type { Config } from '../config.js'
import { OutputError } from '../errors.js'
import type { ConnectionSink } from '../flow/connection-sink.js'
import type { ConnectionTable } from '../flow/connection-table.js'
import { ByteBuilder } from './byte-builder.js'
import { type ConsoleBlock, ConsoleTarget } from './console/console-block.js'
import type { FdBudget } from './files/fd-budget.js'
import { FileNames } from './files/file-names.js'
import { FileSlots } from './files/file-slots.js'
import { FileWriter } from './files/file-writer.js'
import { metadataJson, metadataText } from './files/metadata.js'
import { NewFiles } from './files/new-files.js'
import { OpenFiles } from './files/open-files.js'
import { FinishedLog } from './handover/finished-log.js'
import { GapLists } from './index/gap-lists.js'
import { type EncapReader, IndexRecords } from './index/index-record.js'
import { IndexRuns } from './index/index-runs.js'
import { makeFolder } from './make-folder.js'
import { blankOutputTotals, type OutputTotals } from './output-totals.js'
import { PayloadOutput } from './payload-output.js'
import { UidMaker } from './uid.js'

/** What one worker's output depends on. */
export type OutputOptions = Pick<
  Config,
  | 'outputDir'
  | 'toConsole'
  | 'writeMetadata'
  | 'separateSides'
  | 'chunkHeaders'
  | 'json'
  | 'writeFiles'
  | 'indexes'
  | 'handoverDir'
  | 'consoleStyle'
  | 'gapStyle'
  | 'maxBytes'
  | 'utc'
  | 'force'
> & {
  readonly limits: Pick<Config['limits'], 'indexGaps' | 'gapZeros' | 'writtenGapZeros' | 'rememberedPackets'>
  /** The run's temporary folder, and this worker's number in it. */
  readonly tempFolder: string
  readonly workerNumber: number
  /** Device and inode of inputs that no connection file replaces. */
  readonly inputFiles: ReadonlySet<string>
}

/** What one worker leaves at its end. */
export interface OutputResult {
  readonly totals: OutputTotals
  /** Paths of the sorted runs of index records. */
  readonly indexRuns: readonly string[]
  /** The first output that could not be written. */
  readonly error: OutputError | null
}

/**
 * The output of one worker: connection files, or pieces for the console, metadata files and index records. It
 * only reads the table.
 */
export class ConnectionOutput implements ConnectionSink {
  readonly #table: ConnectionTable
  readonly #options: OutputOptions
  readonly #names: FileNames
  readonly #newFiles: NewFiles
  readonly #writer: FileWriter
  readonly #payload: PayloadOutput
  readonly #console: ConsoleTarget | null
  readonly #writesData: boolean
  readonly #showsPayload: boolean
  readonly #writesMetadata: boolean
  readonly #gaps: GapLists
  readonly #records: IndexRecords
  readonly #runs: IndexRuns | null
  readonly #finishedLog: FinishedLog | null
  readonly #keepsRecords: boolean
  readonly #uids: UidMaker
  readonly #totals = blankOutputTotals()
  readonly #text = new ByteBuilder()
  #folderBelow = ''

  constructor(
    table: ConnectionTable,
    encaps: EncapReader,
    options: OutputOptions,
    shared: { readonly fdBudget: FdBudget; readonly pages: PageArena },
  ) {
    this.#table = table
    this.#options = options
    this.#console = options.toConsole ? new ConsoleTarget() : null
    this.#writesData = options.writeFiles && !options.toConsole
    this.#showsPayload = this.#writesData || options.toConsole
    this.#writesMetadata = options.writeFiles && options.writeMetadata
    this.#names = new FileNames(table, {
      utc: options.utc,
      separateSides: options.separateSides,
      json: options.json,
      rememberedPackets: options.limits.rememberedPackets,
    })
    this.#uids = new UidMaker(table, options.limits.rememberedPackets)
    const pathOf = (file: number): string => {
      if (options.separateSides) return this.#names.dataPath(file >> 1, file & 1)
      return this.#names.dataPath(file, 0)
    }
    const slots = new FileSlots(shared.fdBudget)
    this.#newFiles = new NewFiles(slots, options.force, this.#totals, options.inputFiles)
    this.#writer = new FileWriter(new OpenFiles(this.#newFiles, pathOf), shared.pages)
    this.#payload = new PayloadOutput(table, options, this.#names, this.#writer, this.#console, this.#totals)
    this.#gaps = new GapLists(options.limits.indexGaps)
    this.#records = new IndexRecords(table, encaps, this.#gaps)
    const prefix = `index-${options.workerNumber}`
    this.#runs = options.indexes.length === 0 ? null : new IndexRuns(slots, options.tempFolder, prefix)
    this.#finishedLog =
      options.handoverDir === null ? null : new FinishedLog(slots, options.handoverDir, options.workerNumber)
    this.#keepsRecords = this.#runs !== null || this.#finishedLog !== null
  }

  /**
   * A capture begins; all connections of the one before are finished.
   *
   * @param folder      Folder of its connection files: the output folder or one below it. Made when it is needed.
   * @param captureName Value of the index field `capture`; null: there is none.
   * @param packetsBefore Packets of the run before it.
   * @throws OutputError
   */
  startCapture(folder: string, captureName: string | null, packetsBefore: number): void {
    if (this.#writesData || this.#writesMetadata) makeFolder(folder)
    const below = relative(this.#options.outputDir, folder)
    this.#folderBelow = below === '' ? '' : `${below.replaceAll(sep, '/')}/`
    this.#names.startCapture(folder, packetsBefore)
    this.#uids.startCapture(captureName, packetsBefore)
    this.#records.startCapture(captureName)
  }

  /** Outputs that could not be written so far. */
  get failures(): number {
    return this.#totals.failures
  }

  /** Number of the packet that is being worked on: its chunks' place in the console's order. */
  set eventNumber(eventNumber: number) {
    if (this.#console !== null) this.#console.eventNumber = eventNumber
  }

  /** See `Ordinals.sweep()`. */
  sweep(sec: number, packets: number): void {
    this.#names.sweep(sec, packets)
    this.#uids.sweep(sec, packets)
  }

  opened(connection: number): void {
    this.#payload.opened(connection)
    this.#names.opened(connection)
    if (this.#keepsRecords) this.#uids.opened(connection)
  }

  data(half: number, bytes: Uint8Array, from: number, to: number, tsSec: number, tsNsec: number): void {
    if (this.#showsPayload) this.#payload.data(half, bytes, from, to, tsSec, tsNsec)
  }

  gap(half: number, streamOffset: number, length: number): void {
    if (this.#keepsRecords) this.#gaps.add(half, streamOffset, length)
    if (this.#showsPayload) this.#payload.gap(half, length)
  }

  closed(connection: number): void {
    this.#payload.close(connection)
  }

  finished(connection: number): void {
    this.#payload.close(connection)
    if (this.#writesMetadata) this.#writeMetadata(connection)
    if (this.#keepsRecords) this.#addRecord(connection)
    this.#payload.release(connection)
    this.#gaps.forget(2 * connection)
    this.#gaps.forget(2 * connection + 1)
  }

  /** Writes out what is buffered of every file. @throws OutputError */
  flush(): void {
    this.#writer.flush()
    this.#finishedLog?.flush()
  }

  /** What was gathered for the console since the last call; null when it is nothing. Both arrays may be transferred. */
  takeConsoleBlock(): ConsoleBlock | null {
    return this.#console === null ? null : this.#console.take()
  }

  /** Writes and closes everything that can be. All connections are finished, or the run has failed. */
  finish(): OutputResult {
    let error: OutputError | null = null
    const attempt = (action: () => void) => {
      try {
        action()
      } catch (thrown) {
        if (!(thrown instanceof OutputError)) throw thrown
        error ??= thrown
      }
    }
    attempt(() => this.#writer.finish())
    attempt(() => this.#finishedLog?.flush())
    let indexRuns: readonly string[] = []
    attempt(() => {
      indexRuns = this.#runs?.finish() ?? []
    })
    this.#totals.forgottenNames = this.#names.limitHits
    return { totals: this.#totals, indexRuns, error }
  }

  #writeMetadata(connection: number): void {
    const text = this.#options.json
      ? metadataJson(this.#table, connection)
      : metadataText(this.#table, connection)
    this.#text.clear()
    this.#text.putText(text)
    this.#newFiles.writeWhole(this.#names.metadataPath(connection), this.#text.bytes, 0, this.#text.length)
  }

  #addRecord(connection: number): void {
    const { firstSec, firstNsec } = this.#table
    const uid = this.#uids.uid(connection)
    const orig = this.#fileBelow(connection, 0)
    const resp = this.#fileBelow(connection, 1)
    if (this.#records.areGapsCut(connection)) this.#totals.indexGaps += 1
    const line = this.#records.line(connection, uid, orig, resp)
    this.#runs?.add(firstSec[connection]!, firstNsec[connection]!, uid, line)
    this.#finishedLog?.add(line)
  }

  #fileBelow(connection: number, side: number): string | null {
    if (!this.#writesData) return null
    const half = 2 * connection + side
    const isInFile = this.#payload.hasContent(half)
    if (!isInFile && (this.#options.separateSides || !this.#payload.hasContent(half ^ 1))) return null
    if (this.#writer.isGivenUp(this.#options.separateSides ? half : connection)) return null
    return this.#folderBelow + this.#names.dataName(connection, side)
  }
}
