import type { Config } from '../../config/config.js'
import { ByteBuilder } from '../byte-builder.js'
import type { Output, OutputSetup, WorkerOutput } from '../output.js'
import type { WorkerParts } from '../worker-parts.js'
import type { FileNames } from './file-names.js'
import { metadataJson, metadataText } from './metadata.js'

/** The output of `-m`: a metadata file per connection. */
export function metadataFiles({ config }: OutputSetup): Output | null {
  if (!config.writeFiles || !config.writeMetadata) return null
  return { open: (worker) => new MetadataFiles(worker, config) }
}

class MetadataFiles implements WorkerOutput {
  readonly #worker: WorkerParts
  readonly #names: FileNames
  readonly #makeText: typeof metadataText
  readonly #suffix: string
  readonly #text = new ByteBuilder()

  constructor(worker: WorkerParts, { json }: Pick<Config, 'json'>) {
    this.#worker = worker
    this.#names = worker.names
    this.#makeText = json ? metadataJson : metadataText
    this.#suffix = json ? '-metadata.json' : '-metadata.txt'
  }

  finished(connection: number): void {
    const { table, files } = this.#worker
    this.#text.clear()
    this.#text.putText(this.#makeText(table, connection))
    files.writeWhole(this.#names.path(connection, this.#suffix), this.#text.bytes, 0, this.#text.length)
  }
}
