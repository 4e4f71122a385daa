import { ArchiveConnections } from '../archive/archive-connections.js'
import { InputError } from '../errors.js'
import { findIndex, isArchive } from '../report/find-index.js'
import { CapturedFiles } from './captured-files.js'
import { OutputFolder } from './output-folder.js'
import { PayloadFiles } from './payload-files.js'
import type { ViewerOptions } from './viewer.js'

/** What a viewer shows: the index, and where payload and packets are. */
export class ViewSource {
  readonly indexPath: string
  readonly payload: PayloadFiles
  /** Null: nothing says where packets are. */
  readonly archive: ArchiveConnections | null
  readonly #captured: CapturedFiles | null

  private constructor(indexPath: string, folder: OutputFolder, archive: ArchiveConnections | null) {
    this.indexPath = indexPath
    this.archive = archive
    this.#captured = archive === null ? null : new CapturedFiles(archive)
    this.payload = new PayloadFiles(folder, this.#captured)
  }

  /** @throws InputError */
  static async open({
    outputDir,
    indexPath,
    root = null,
  }: Pick<ViewerOptions, 'outputDir' | 'indexPath' | 'root'>): Promise<ViewSource> {
    const folder = await OutputFolder.open(outputDir)
    const index = indexPath ?? findIndex(outputDir)
    const hasMap = isArchive(outputDir)
    if (root !== null && !hasMap)
      throw new InputError(`Cannot use --root: "${outputDir}" is no archive`, outputDir)
    return new ViewSource(index, folder, hasMap ? new ArchiveConnections(outputDir, root) : null)
  }

  async close(): Promise<void> {
    await this.archive?.close()
    this.#captured?.close()
  }
}
