import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { TempFolder } from '../pipeline/temp-folder.js'
import { systemPath } from '../system-path.js'

interface Kept<T> {
  readonly folder: string
  readonly made: Promise<T>
  bytes: number
  users: number
}

/** Temporary folders whose content takes time to make, by key. Those used last are kept. */
export class KeptFolders<T> {
  // Invariant: #kept has those used last at its end. Folders without users have at most #mostBytes together, once made.
  readonly #mostBytes: number
  readonly #kept = new Map<string, Kept<T>>()
  #folder: TempFolder | null = null
  #next = 0

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  /**
   * Calls `use` with the folder for `key`, which stays while that runs.
   *
   * @param make Fills the new folder.
   * @throws OutputError, and what `make` and `use` throw
   */
  async use<R>(
    key: string,
    make: (folder: string) => Promise<T>,
    use: (folder: string, made: T) => Promise<R>,
  ): Promise<R> {
    const kept = this.#kept.get(key) ?? this.#begin(make)
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    kept.users += 1
    try {
      const made = await kept.made
      kept.bytes = bytesIn(kept.folder)
      return await use(kept.folder, made)
    } catch (error) {
      if (this.#kept.get(key) === kept) this.#kept.delete(key)
      throw error
    } finally {
      kept.users -= 1
      if (this.#kept.get(key) !== kept) remove(kept.folder)
      this.#removeOldest()
    }
  }

  /** Removes the folder of `key` when nothing uses it any more. */
  drop(key: string): void {
    const kept = this.#kept.get(key)
    if (kept === undefined) return
    this.#kept.delete(key)
    if (kept.users === 0) remove(kept.folder)
  }

  close(): void {
    this.#kept.clear()
    this.#folder?.remove()
    this.#folder = null
  }

  #begin(make: (folder: string) => Promise<T>): Kept<T> {
    this.#folder ??= new TempFolder()
    const folder = join(this.#folder.path, String(this.#next))
    this.#next += 1
    mkdirSync(systemPath(folder))
    return { folder, made: make(folder), bytes: 0, users: 0 }
  }

  #removeOldest(): void {
    let sum = 0
    for (const { bytes } of this.#kept.values()) sum += bytes
    for (const [key, { users, bytes }] of this.#kept) {
      if (sum <= this.#mostBytes) break
      if (users > 0) continue
      sum -= bytes
      this.drop(key)
    }
  }
}

function bytesIn(folder: string): number {
  const names = readdirSync(systemPath(folder), { recursive: true, encoding: 'utf8' })
  return names.reduce(
    (sum, name) => sum + (lstatSync(systemPath(join(folder, name)), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}

function remove(folder: string): void {
  try {
    rmSync(systemPath(folder), { recursive: true, force: true })
  } catch {} // the folder around it is removed at the end, and says so
}
