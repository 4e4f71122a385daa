import { dirname, join } from 'node:path'
import { InputError } from '../errors.js'
import { isThere } from '../existing-outputs.js'
import { TempFolder } from '../pipeline/temp-folder.js'
import type { EntryContent } from '../unzip/entry-content.js'
import { unpackEntry } from '../unzip/unpack-entry.js'
import type { ZipRecord } from '../unzip/zip-directory.js'
import type { ZipFile } from '../unzip/zip-file.js'
import { beginsAsIndex, findIndex } from './find-index.js'

/** Where the index of a ZIP archive is: in an entry, below whose folder the files of connections are; or in a file. */
export type ZipIndex =
  | { readonly entry: ZipRecord; readonly name: string; readonly folder: string }
  | { readonly path: string }

/**
 * Finds the index of a ZIP archive: the one of JSON lines in it; or beside it, with its name or as the only one.
 *
 * @throws InputError when there is none, or more than one.
 */
export async function findZipIndex(zip: ZipFile): Promise<ZipIndex> {
  const inside: { entry: ZipRecord; name: string; folder: string }[] = []
  for await (const entry of zip.entries()) {
    if (!entry.name.subarray(-6).equals(Buffer.from('.jsonl'))) continue
    const kept = { ...entry, name: Buffer.from(entry.name) } // owned copy
    if (!(await isIndex(zip, kept))) continue
    const name = kept.name.toString()
    inside.push({ entry: kept, name, folder: name.slice(0, name.lastIndexOf('/') + 1) })
    if (inside.length > 1) throw several(zip, inside[0]!.name, name)
  }
  const [found] = inside
  if (found !== undefined) return found
  for (const ending of ['.jsonl', '.parquet']) {
    const path = zip.path.replace(/\.zip$/i, ending)
    if (path !== zip.path && isThere(path)) return { path }
  }
  try {
    return { path: findIndex(dirname(zip.path)) }
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause
    const problem = `No index in or beside "${zip.path}": convert with --index, or name one with --index FILE`
    throw new InputError(problem, zip.path, { cause })
  }
}

async function isIndex(zip: ZipFile, entry: ZipRecord): Promise<boolean> {
  for await (const part of (await zip.content(entry)).parts()) return beginsAsIndex(part)
  return true
}

function several({ path }: ZipFile, name: string, other: string): InputError {
  return new InputError(`Several indexes in "${path}" (${name}, ${other}): name one with --index FILE`, path)
}

/** Calls `use` with a file that has the entry's content, and is there meanwhile. @throws InputError, OutputError */
export async function withUnpacked(
  content: EntryContent,
  use: (path: string) => Promise<void>,
): Promise<void> {
  const folder = new TempFolder()
  try {
    const path = join(folder.path, 'index.jsonl')
    await unpackEntry(content, path)
    await use(path)
  } finally {
    folder.remove()
  }
}
