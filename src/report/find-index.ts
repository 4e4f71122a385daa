import fs from 'node:fs'
import { join } from 'node:path'
import { archivePaths } from '../archive-paths.js'
import { failureReason, InputError } from '../errors.js'
import { isThere } from '../existing-outputs.js'
import { pathOfBytes, systemPath } from '../system-path.js'

const FIRST_BYTES = 4096

/**
 * Finds the index in a folder: the one of JSON lines in an output folder, otherwise that of an archive.
 *
 * @throws InputError when there is none, or more than one.
 */
export function findIndex(folder: string): string {
  const found = namesIn(folder).filter((name) => name.endsWith('.jsonl') && isIndex(join(folder, name)))
  const [name, other] = found
  if (name === undefined && isArchive(folder)) return archivePaths(folder).index
  if (name === undefined)
    throw new InputError(
      `No index in "${folder}": convert with --index ${join(folder, 'index.jsonl')}, or name one with --index FILE`,
      folder,
    )
  if (other !== undefined)
    throw new InputError(
      `Several indexes in "${folder}" (${found.join(', ')}): name one with --index FILE`,
      folder,
    )
  return join(folder, name)
}

/** True for a folder that `pcap2conn index` or `--map` has written. */
export function isArchive(folder: string): boolean {
  const { index, inputs } = archivePaths(folder)
  return isFolder(folder) && isThere(index) && isThere(inputs)
}

/** True for a folder that exists. */
export function isFolder(path: string): boolean {
  try {
    return fs.statSync(systemPath(path)).isDirectory()
  } catch {
    return false
  }
}

function namesIn(folder: string): string[] {
  const names: string[] = []
  try {
    const encoding = 'buffer' as BufferEncoding // missing in the types
    const open = fs.opendirSync(systemPath(folder), { encoding }) // not readdir: the folder may hold millions of files
    for (let entry = open.readSync(); entry !== null; entry = open.readSync()) {
      const name = pathOfBytes(entry.name as unknown as Buffer)
      if (entry.isFile() && name.endsWith('.jsonl')) names.push(name)
    }
    open.closeSync()
  } catch (cause) {
    throw new InputError(`Cannot read "${folder}": ${failureReason(cause)}`, folder, { cause })
  }
  return names.sort()
}

/** True for the first bytes of a file of index records. */
export function beginsAsIndex(bytes: Buffer): boolean {
  const text = bytes.toString('latin1', 0, FIRST_BYTES)
  return /^\{"ts":[^\n]*"uid":/.test(text) || text === ''
}

function isIndex(path: string): boolean {
  const file = fs.openSync(systemPath(path), 'r')
  try {
    const bytes = Buffer.alloc(FIRST_BYTES)
    return beginsAsIndex(bytes.subarray(0, fs.readSync(file, bytes, 0, FIRST_BYTES, 0)))
  } finally {
    fs.closeSync(file)
  }
}
