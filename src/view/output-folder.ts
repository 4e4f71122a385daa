import fs from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { failureReason, InputError } from '../errors.js'
import { pathOfBytes, systemPath } from '../system-path.js'

/**
 * A run's output folder, from which files are read by the paths of an index. Nothing about those paths is sure: what is
 * outside of the folder is not opened, however it is named or linked.
 */
export class OutputFolder {
  readonly path: string
  readonly #root: string

  private constructor(path: string, root: string) {
    this.path = path
    this.#root = root
  }

  /** @throws InputError when it is no folder that can be read. */
  static async open(path: string): Promise<OutputFolder> {
    try {
      if (!fs.statSync(systemPath(path)).isDirectory()) throw new Error('must be a folder')
      return new OutputFolder(path, await realPath(path))
    } catch (cause) {
      throw new InputError(`Cannot read "${path}": ${failureReason(cause)}`, path, { cause })
    }
  }

  /**
   * Opens a file for reading.
   *
   * @param path Below the folder, with `/`.
   * @throws InputError for a path that leads out of the folder, and for what is no regular file.
   */
  async openFile(path: string): Promise<FileHandle> {
    if (
      path === '' ||
      path.includes('\0') ||
      isAbsolute(path) ||
      !isInside(this.#root, resolve(this.#root, path))
    )
      throw new InputError(`Cannot read ${JSON.stringify(path)}: it is not below the output folder`, path)
    try {
      const target = resolve(this.#root, path)
      const folder = await realPath(dirname(target))
      if (folder !== this.#root && !isInside(this.#root, folder))
        throw new Error('it is not below the output folder')
      // A link in the last place is not followed, a pipe without a writer doesn't hold us up.
      const flags = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK
      const file = await open(systemPath(join(folder, basename(target))), flags)
      if ((await file.stat()).isFile()) return file
      await file.close()
      throw new Error('it is no regular file')
    } catch (cause) {
      throw new InputError(`Cannot read ${JSON.stringify(path)}: ${failureReason(cause)}`, path, { cause })
    }
  }
}

async function realPath(path: string): Promise<string> {
  return pathOfBytes(await realpath(systemPath(path), { encoding: 'buffer' }))
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}
