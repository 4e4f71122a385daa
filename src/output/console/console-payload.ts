import type { Config } from '../../config/config.js'
import type { ConnectionTable } from '../../flow/connection-table.js'
import type { ChunkTarget } from '../chunk.js'
import type { FileNames } from '../files/file-names.js'
import { JsonFormat } from '../json-format.js'
import type { Output, OutputSetup, WorkerOutput } from '../output.js'
import { PayloadChunks, type PayloadForm, type PayloadPlace } from '../payload-chunks.js'
import { HeaderFormat, RawFormat } from '../plain-format.js'
import type { WorkerParts } from '../worker-parts.js'
import type { ConsoleTarget } from './console-block.js'
import { ConsoleChunkFormat, connectionText, showsConversation } from './console-chunk.js'

/**
 * The output of `-c`: the payload of all connections on standard output. Workers collect it; `ConsoleChannel` moves it
 * from them to the stream.
 */
export function consolePayload({ config }: OutputSetup): Output | null {
  if (!config.toConsole) return null
  return {
    open: (worker) => (worker.console === null ? {} : new ConsolePayload(worker, worker.console, config)),
  }
}

function formOf({ json, chunkHeaders, consoleStyle, gapStyle, maxBytes, limits }: Config): PayloadForm {
  const isPlaced = showsConversation(consoleStyle)
  const plain = chunkHeaders ? new HeaderFormat(consoleStyle === 'headers') : new RawFormat()
  const format = isPlaced ? new ConsoleChunkFormat() : json ? new JsonFormat() : plain
  const isRaw = !json && !chunkHeaders && !isPlaced
  const maxZeros = limits.writtenGapZeros
  return { format, isRaw, isPlaced, gapStyle, maxBytes, zerosTakeRoom: true, maxZeros }
}

class ConsolePayload implements WorkerOutput, PayloadPlace {
  readonly chunkName: ((connection: number) => string) | null
  readonly #table: ConnectionTable
  readonly #target: ConsoleTarget
  readonly #names: FileNames | null
  readonly #payload: PayloadChunks
  readonly #config: Config

  constructor(worker: WorkerParts, target: ConsoleTarget, config: Config) {
    const { json, gapStyle, consoleStyle } = config
    this.#table = worker.table
    this.#target = target
    this.#config = config
    this.#names = json || gapStyle === 'zeros' ? worker.names : null
    this.chunkName = showsConversation(consoleStyle)
      ? (connection) => connectionText(this.#table, connection)
      : json
        ? (connection) => worker.names.baseName(connection, 0)
        : null
    this.#payload = new PayloadChunks(worker.table, formOf(config), this, worker.totals)
  }

  targetOf(half: number): ChunkTarget {
    this.#target.firstNumber = this.#table.firstNumber[half >> 1]!
    return this.#target
  }

  fileName(half: number): string {
    const { separateSides, json } = this.#config
    const name = this.#names?.baseName(half >> 1, separateSides ? half & 1 : 0) ?? ''
    return `${name}${json ? '.json' : '.txt'}`
  }

  opened(connection: number): void {
    this.#payload.opened(connection)
  }

  data(half: number, bytes: Uint8Array, from: number, to: number, tsSec: number, tsNsec: number): void {
    this.#payload.data(half, bytes, from, to, tsSec, tsNsec)
  }

  gap(half: number, _streamOffset: number, length: number): void {
    this.#payload.gap(half, length)
  }

  closed(connection: number): void {
    this.#payload.close(connection)
  }

  finished(connection: number): void {
    this.#payload.close(connection)
  }
}
