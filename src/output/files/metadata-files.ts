import type { Config } from '../../config/config.js'
import type { ConnectionTable } from '../../flow/connection-table.js'
import { ByteBuilder } from '../byte-builder.js'
import type { Output, OutputSetup, WorkerOutput } from '../output.js'
import type { WorkerParts, WriteWhole } from '../worker-parts.js'
import { metadataJson, metadataText } from './metadata.js'

/** The output of `-m`: a metadata file per connection. */
export function metadataFiles({ config }: OutputSetup): Output | null {
  if (!config.writeFiles || !config.writeMetadata) return null
  return { open: (worker) => new MetadataFiles(worker, config) }
}

class MetadataFiles implements WorkerOutput {
  readonly #table: ConnectionTable
  readonly #write: WriteWhole
  readonly #makeText: typeof metadataText
  readonly #suffix: string
  readonly #text = new ByteBuilder()

  constructor(worker: WorkerParts, { json }: Pick<Config, 'json'>) {
    this.#table = worker.table
    this.#write = worker.wholeFiles()
    this.#makeText = json ? metadataJson : metadataText
    this.#suffix = json ? '-metadata.json' : '-metadata.txt'
  }

  finished(connection: number): void {
    this.#text.clear()
    this.#text.putText(this.#makeText(this.#table, connection))
    this.#write(connection, this.#suffix, this.#text.bytes, this.#text.length)
  }
}
