import { ArchiveConnections } from '../archive/archive-connections.js'
import { InputError } from '../errors.js'
import { findIndex, isArchive, isFolder } from '../report/find-index.js'
import { isZipPath } from '../zip-path.js'
import { CapturedFiles } from './captured-files.js'
import { OutputFolder } from './output-folder.js'
import { PayloadFiles } from './payload-files.js'
import type { ViewerOptions } from './viewer.js'
import { ZipFiles } from './zip-files.js'

/** What a viewer shows: the index, and where payload and packets are. */
export class ViewSource {
  readonly indexPath: string
  /** As users know it. */
  readonly shownIndex: string
  readonly payload: PayloadFiles
  /** It is a ZIP archive. */
  get isZip(): boolean {
    return this.#zip !== null
  }

  /** Null: nothing says where packets are. */
  readonly archive: ArchiveConnections | null
  readonly #captured: CapturedFiles | null
  readonly #zip: ZipFiles | null

  private constructor(
    index: { readonly path: string; readonly shown: string },
    files: OutputFolder | ZipFiles,
    archive: ArchiveConnections | null,
  ) {
    this.indexPath = index.path
    this.shownIndex = index.shown
    this.archive = archive
    this.#captured = archive === null ? null : new CapturedFiles(archive)
    this.#zip = files instanceof ZipFiles ? files : null
    this.payload = new PayloadFiles(files, this.#captured)
  }

  /** @throws InputError, OutputError */
  static async open({
    outputDir,
    indexPath,
    root = null,
  }: Pick<ViewerOptions, 'outputDir' | 'indexPath' | 'root'>): Promise<ViewSource> {
    const given = indexPath === null ? null : { path: indexPath, shown: indexPath }
    const isZip = isZipPath(outputDir) && !isFolder(outputDir)
    const hasMap = !isZip && isArchive(outputDir)
    if (root !== null && !hasMap)
      throw new InputError(`Cannot use --root: "${outputDir}" is no archive of packets`, outputDir)
    if (!isZip) {
      const folder = await OutputFolder.open(outputDir)
      const path = indexPath ?? findIndex(outputDir)
      const archive = hasMap ? new ArchiveConnections(outputDir, root) : null
      return new ViewSource({ path, shown: path }, folder, archive)
    }
    const zip = await ZipFiles.open(outputDir)
    try {
      return new ViewSource(given ?? (await zip.index()), zip, null)
    } catch (error) {
      await zip.close()
      throw error
    }
  }

  async close(): Promise<void> {
    await this.archive?.close()
    this.#captured?.close()
    await this.#zip?.close()
  }
}
