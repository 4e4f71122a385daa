import { createHash } from 'node:crypto'
import { lstatSync, opendirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { failureReason, OutputError } from '../errors.js'
import { isThere } from '../existing-outputs.js'
import { pathOfBytes, systemPath } from '../system-path.js'
import { writeWholeFile } from '../whole-file.js'

/** Says in a task's folder that its files are being moved. */
const MOVING = 'moving'

/** What identifies the files of a task. */
export interface FilesFacts {
  readonly count: number
  readonly bytes: number
  /** SHA-256, in hexadecimal, of their names and sizes. */
  readonly sha256: string
}

/** @param folder It may be missing: there are no files then. @throws OutputError */
export function factsOfFiles(folder: string): FilesFacts {
  const hash = createHash('sha256')
  let bytes = 0
  const names = namesIn(folder).sort()
  for (const name of names) {
    const { size } = lstatSync(systemPath(join(folder, name)))
    hash.update(`${name}\0${size}\n`)
    bytes += size
  }
  return { count: names.length, bytes, sha256: hash.digest('hex') }
}

/**
 * Moves the files of a task to where they stay. What an earlier attempt has moved is there already.
 *
 * @param task  Folder of the task.
 * @param from  Folder of its files, which may be missing.
 * @param facts What they were when the task was done.
 * @throws OutputError where one is missing, or has the name of a file of another task.
 */
export function moveFiles(task: string, from: string, to: string, facts: FilesFacts): void {
  const marker = join(task, MOVING)
  try {
    if (!isThere(marker)) refuseOtherFiles(marker, from, facts)
    for (const name of namesIn(from)) moveFile(join(from, name), join(to, name))
  } catch (cause) {
    if (cause instanceof OutputError) throw cause
    throw new OutputError(`Cannot move the files of "${from}": ${failureReason(cause)}`, from, {
      cause,
      kind: 'run',
    })
  }
}

// Another process may be moving them meanwhile: it has found them to be as they must be.
function refuseOtherFiles(marker: string, from: string, facts: FilesFacts): void {
  let found: FilesFacts
  try {
    found = factsOfFiles(from)
  } catch (cause) {
    if (isThere(marker)) return
    throw cause
  }
  const { count, bytes, sha256 } = found
  const areSame = count === facts.count && bytes === facts.bytes && sha256 === facts.sha256
  if (areSame) writeWholeFile(marker, '')
  else if (!isThere(marker))
    throw new OutputError(
      `Cannot use "${from}": its files must be the ${facts.count} that the task has written: found ${count}`,
      from,
      { kind: 'run' },
    )
}

function moveFile(from: string, to: string): void {
  if (isThere(to)) {
    // Another process that finishes the job may have moved it a moment ago.
    if (!isThere(from)) return
    throw new OutputError(`Cannot move "${from}" to "${to}": file exists`, to, { kind: 'bug' })
  }
  try {
    renameSync(systemPath(from), systemPath(to))
  } catch (cause) {
    if (!isThere(to)) throw cause
  }
}

// Not readdir: the folder may hold millions of files.
function namesIn(folder: string): string[] {
  const names: string[] = []
  const encoding = 'buffer' as BufferEncoding // missing in the types
  let open: ReturnType<typeof opendirSync>
  try {
    open = opendirSync(systemPath(folder), { encoding })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return names
    throw new OutputError(`Cannot read "${folder}": ${failureReason(cause)}`, folder, { cause, kind: 'run' })
  }
  try {
    for (let entry = open.readSync(); entry !== null; entry = open.readSync())
      names.push(pathOfBytes(entry.name as unknown as Buffer))
  } finally {
    open.closeSync()
  }
  return names
}
