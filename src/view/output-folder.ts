import fs from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { failureReason, InputError } from '../errors.js'
import { pathOfBytes, systemPath } from '../system-path.js'

/**
 * A run's output folder. Opens its files by paths from an index. Those paths are untrusted: no file outside the folder is
 * opened, whatever its path and whatever links lead to it.
 */
export class OutputFolder {
  readonly path: string
  readonly #root: string

  private constructor(path: string, root: string) {
    this.path = path
    this.#root = root
  }

  /** @throws InputError when `path` is not a readable folder. */
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
   * @param path Relative to the folder, with `/` between names.
   * @throws InputError when the path leads out of the folder, is not a regular file, or cannot be read.
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
      // Does not follow a link in the last name, and does not block on a pipe without a writer.
      const flags = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK
      const file = await open(systemPath(join(folder, basename(target))), flags)
      if ((await file.stat()).isFile()) return file
      await file.close()
      throw new Error('it is not a regular file')
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
