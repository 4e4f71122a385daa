import type { Config } from '../../config/config.js'
import type { ChunkTarget } from '../chunk.js'
import { JsonFormat } from '../json-format.js'
import type { CaptureStart, Output, OutputSetup, WorkerOutput } from '../output.js'
import { PayloadChunks, type PayloadForm, type PayloadPlace } from '../payload-chunks.js'
import { HeaderFormat, RawFormat } from '../plain-format.js'
import type { WorkerParts } from '../worker-parts.js'
import type { FileNames } from './file-names.js'
import { FileTarget } from './file-target.js'
import { FileWriter } from './file-writer.js'

/** The output of connection files: a file per connection, or per side. */
export function connectionFiles({ config, handoverDir }: OutputSetup): Output | null {
  if (!config.writeFiles || !config.writePayload || config.toConsole || handoverDir !== null) return null
  const ending = config.json ? '.json' : '.txt'
  return { open: (worker) => new ConnectionFiles(worker, formOf(config), config.separateSides, ending) }
}

function formOf({ json, chunkHeaders, gapStyle, maxBytes, limits, zipFile }: Config): PayloadForm {
  const isRaw = !json && !chunkHeaders
  const format = json ? new JsonFormat() : chunkHeaders ? new HeaderFormat(false) : new RawFormat()
  // An archive has no holes.
  const maxZeros = isRaw && zipFile === null ? limits.gapZeros : limits.writtenGapZeros
  return { format, isRaw, isPlaced: false, gapStyle, maxBytes, zerosTakeRoom: !isRaw, maxZeros }
}

/** The files with the payload of a worker's connections. A file is created with its first chunk. */
export class ConnectionFiles implements WorkerOutput, PayloadPlace {
  // A file has the number of the half-stream if sides are separate, otherwise the number of the connection.
  readonly chunkName = null
  readonly #names: FileNames
  readonly #writer: FileWriter
  readonly #target: FileTarget
  readonly #payload: PayloadChunks
  readonly #hasSides: boolean
  readonly #ending: string
  #folderBelow = ''

  constructor(worker: WorkerParts, form: PayloadForm, hasSides: boolean, ending: string) {
    this.#names = worker.names
    this.#hasSides = hasSides
    this.#ending = ending
    const store = worker.storeOf({
      path: (file) =>
        hasSides ? this.#names.path(file >> 1, ending, file & 1) : this.#names.path(file, ending),
      name: (file) => this.#folderBelow + this.fileName(hasSides ? file : 2 * file),
      connection: (file) => (hasSides ? file >> 1 : file),
      kind: (file) => (hasSides ? file & 1 : 0),
    })
    this.#writer = new FileWriter(store, worker.pages)
    this.#target = new FileTarget(this.#writer)
    this.#payload = new PayloadChunks(worker.table, form, this, worker.totals)
    worker.fileOf = (connection, side) => this.#fileOf(connection, side)
  }

  targetOf(half: number): ChunkTarget {
    this.#target.file = this.#hasSides ? half : half >> 1
    return this.#target
  }

  fileName(half: number): string {
    return this.#names.baseName(half >> 1, this.#hasSides ? half & 1 : 0) + this.#ending
  }

  startCapture({ folderBelow }: CaptureStart): void {
    this.#folderBelow = folderBelow
  }

  opened(connection: number): void {
    this.#payload.opened(connection)
    if (this.#hasSides) {
      this.#writer.release(2 * connection)
      this.#writer.release(2 * connection + 1)
    } else {
      this.#writer.release(connection)
    }
  }

  data(half: number, bytes: Uint8Array, from: number, to: number, tsSec: number, tsNsec: number): void {
    this.#payload.data(half, bytes, from, to, tsSec, tsNsec)
  }

  gap(half: number, _streamOffset: number, length: number): void {
    this.#payload.gap(half, length)
  }

  closed(connection: number): void {
    this.#payload.close(connection)
    if (this.#hasSides) {
      this.#writer.close(2 * connection)
      this.#writer.close(2 * connection + 1)
    } else {
      this.#writer.close(connection)
    }
  }

  finished(connection: number): void {
    this.closed(connection)
    if (this.#hasSides) {
      this.#writer.complete(2 * connection)
      this.#writer.complete(2 * connection + 1)
    } else {
      this.#writer.complete(connection)
    }
  }

  flush(): void {
    this.#writer.flush()
  }

  finish(): void {
    this.#writer.finish()
  }

  #fileOf(connection: number, side: number): string | null {
    const half = 2 * connection + side
    const isInFile = this.#payload.hasContent(half)
    if (!isInFile && (this.#hasSides || !this.#payload.hasContent(half ^ 1))) return null
    if (this.#writer.isGivenUp(this.#hasSides ? half : connection)) return null
    return this.#folderBelow + this.fileName(half)
  }
}
