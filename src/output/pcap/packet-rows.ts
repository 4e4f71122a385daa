import { grown, grownRows } from '../../bytes/grown.js'
import type { RecordPlace } from '../../capture/record-place.js'
import type { ConnectionTable } from '../../flow/connection-table.js'
import type { FlowPacket } from '../../flow/flow-packet.js'
import { PlaceReader } from '../../flow/packet-place.js'
import type { FileNames } from '../files/file-names.js'
import type { CaptureStart, WorkerOutput } from '../output.js'
import { RunFiles } from '../runs/run-files.js'
import type { WorkerParts } from '../worker-parts.js'
import type { ZipSpool } from '../zip/zip-spool.js'
import { fileRow, PACKET_ROW_BYTES, writePacketRow } from './row-format.js'

/** Rows in memory: a sorted run is written when there are so many. */
const MOST_ROWS = 512 * 1024
const MOST_FILE_BYTES = 8 * 1024 * 1024
const INITIAL_ROWS = 256

/** What a worker leaves: paths of sorted runs of the rows of packets and files. */
export interface PacketRuns {
  readonly packets: readonly string[]
  readonly files: readonly string[]
}

/** Notes which packets in the inputs are of which of a worker's connections. */
export class PacketRows implements WorkerOutput<PacketRuns> {
  // Invariants: rows [0, #count) are packets that no run has, in order if #isSorted; the columns of connection c say where
  // its first and last records stand, its key being that of its first packet. #firstInput is -1 before one.
  readonly #table: ConnectionTable
  readonly #names: FileNames
  readonly #uidOf: ((connection: number) => string) | null
  readonly #zip: ZipSpool | null
  readonly #packetRuns: RunFiles
  readonly #fileRuns: RunFiles
  readonly #place = new PlaceReader()
  #folderBelow = ''
  readonly #inputs = new Uint32Array(MOST_ROWS)
  readonly #positions = new Float64Array(MOST_ROWS)
  readonly #keys = new Float64Array(MOST_ROWS)
  #count = 0
  #isSorted = true
  #files: Buffer[] = []
  #fileBytes = 0
  #firstInput = new Float64Array(INITIAL_ROWS)
  #firstPosition = new Float64Array(INITIAL_ROWS)
  #lastInput = new Float64Array(INITIAL_ROWS)
  #lastPosition = new Float64Array(INITIAL_ROWS)

  constructor(worker: WorkerParts) {
    const { table, names, zip, files, tempFolder, number } = worker
    this.#table = table
    this.#names = names
    this.#zip = zip
    const uids = zip === null ? null : worker.uids
    this.#uidOf = uids === null ? null : (connection) => uids.uid(connection)
    this.#packetRuns = new RunFiles(files.slots, tempFolder, `packets-${number}`)
    this.#fileRuns = new RunFiles(files.slots, tempFolder, `packet-files-${number}`)
  }

  startCapture({ folderBelow }: CaptureStart): void {
    this.#folderBelow = folderBelow
  }

  opened(connection: number): void {
    if (connection >= this.#firstInput.length) this.#grow(connection)
    this.#firstInput[connection] = -1
  }

  /** @throws OutputError */
  packet(connection: number, _side: 0 | 1, _bytes: Uint8Array, packet: FlowPacket): void {
    const place = this.#place
    place.read(packet)
    for (const fragment of place.fragments) this.#add(connection, fragment)
    this.#add(connection, place)
  }

  /** @throws OutputError */
  finished(connection: number): void {
    if (this.#firstInput[connection] === -1) return
    const { firstSec, firstNsec, firstNumber } = this.#table
    const row = fileRow({
      firstInput: this.#firstInput[connection]!,
      firstPosition: this.#firstPosition[connection]!,
      key: firstNumber[connection]!,
      lastInput: this.#lastInput[connection]!,
      lastPosition: this.#lastPosition[connection]!,
      sec: firstSec[connection]!,
      nsec: firstNsec[connection]!,
      event: this.#zip?.eventNumber ?? 0,
      uid: this.#uidOf?.(connection) ?? '',
      name: `${this.#folderBelow}${this.#names.baseName(connection, 0)}.pcapng`,
    })
    this.#files.push(row)
    this.#fileBytes += row.length
    if (this.#fileBytes >= MOST_FILE_BYTES) this.#flushFiles()
  }

  /** @throws OutputError */
  finish(): PacketRuns {
    this.#flushPackets()
    this.#flushFiles()
    return { packets: this.#packetRuns.paths, files: this.#fileRuns.paths }
  }

  #add(connection: number, place: RecordPlace): void {
    // Inputs that are merged are as one, in which records are numbered.
    const input = place.rank > 0 ? 0 : place.input
    const position = place.rank > 0 ? place.rank : place.position
    if (this.#firstInput[connection] === -1) {
      this.#firstInput[connection] = input
      this.#firstPosition[connection] = position
      this.#lastInput[connection] = input
      this.#lastPosition[connection] = position
    } else {
      const [first, firstAt] = [this.#firstInput[connection]!, this.#firstPosition[connection]!]
      if (input < first || (input === first && position < firstAt)) {
        this.#firstInput[connection] = input
        this.#firstPosition[connection] = position
      }
      const [last, lastAt] = [this.#lastInput[connection]!, this.#lastPosition[connection]!]
      if (input > last || (input === last && position > lastAt)) {
        this.#lastInput[connection] = input
        this.#lastPosition[connection] = position
      }
    }
    if (this.#count === MOST_ROWS) this.#flushPackets()
    const row = this.#count
    this.#inputs[row] = input
    this.#positions[row] = position
    this.#keys[row] = this.#table.firstNumber[connection]!
    this.#count = row + 1
    if (this.#isSorted && row > 0 && this.#compare(row - 1, row) > 0) this.#isSorted = false
  }

  #flushPackets(): void {
    if (this.#count === 0) return
    const rows = Array.from({ length: this.#count }, (_, row) => row)
    if (!this.#isSorted) rows.sort((a, b) => this.#compare(a, b))
    const bytes = Buffer.alloc(PACKET_ROW_BYTES)
    this.#packetRuns.write(() => {
      for (const row of rows) {
        writePacketRow(bytes, this.#inputs[row]!, this.#positions[row]!, this.#keys[row]!)
        this.#packetRuns.put(bytes, 0, PACKET_ROW_BYTES)
      }
    })
    this.#count = 0
    this.#isSorted = true
  }

  #flushFiles(): void {
    if (this.#files.length === 0) return
    this.#files.sort((a, b) => a.compare(b, 0, PACKET_ROW_BYTES, 0, PACKET_ROW_BYTES))
    this.#fileRuns.write(() => {
      for (const row of this.#files) this.#fileRuns.put(row, 0, row.length)
    })
    this.#files = []
    this.#fileBytes = 0
  }

  #compare(a: number, b: number): number {
    return (
      this.#inputs[a]! - this.#inputs[b]! ||
      this.#positions[a]! - this.#positions[b]! ||
      this.#keys[a]! - this.#keys[b]!
    )
  }

  #grow(connection: number): void {
    const rows = grownRows(this.#firstInput.length, connection + 1)
    this.#firstInput = grown(this.#firstInput, rows)
    this.#firstPosition = grown(this.#firstPosition, rows)
    this.#lastInput = grown(this.#lastInput, rows)
    this.#lastPosition = grown(this.#lastPosition, rows)
  }
}
