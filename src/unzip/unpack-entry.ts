import { InputError } from '../errors.js'
import { isThere } from '../existing-outputs.js'
import { existsFailure, outputFailure } from '../output/output-failure.js'
import { WholeFile } from '../whole-file.js'
import type { EntryContent } from './entry-content.js'

/**
 * Writes the content of an entry to a file, which appears when it is complete and right.
 *
 * @param isForced Whether an existing file is replaced.
 * @returns Its size. @throws InputError, OutputError
 */
export async function unpackEntry(content: EntryContent, path: string, isForced = false): Promise<number> {
  if (!isForced && isThere(path)) throw existsFailure(path)
  let file: WholeFile | null = null
  try {
    file = new WholeFile(path)
    for await (const part of content.parts()) file.append(part)
    file.publish()
    return content.size
  } catch (error) {
    file?.abandon()
    throw error instanceof InputError ? error : outputFailure(path, error)
  }
}
