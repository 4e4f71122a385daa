import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { isConnectionFileName } from '../../input/own-results.js'
import { systemPath } from '../../system-path.js'
import { WholeFile, writeWholeFile } from '../../whole-file.js'
import { attempt, lookAt, namesIn, remove, removeFile } from './resume-files.js'
import {
  hasMadeLists,
  linesOf,
  madeNames,
  makeStateFolder,
  RESULT_LIST,
  removeNotes,
  resultListText,
  statePath,
} from './state-folder.js'

const FLUSH_BYTES = 256 * 1024

/** Identifies the results of a capture: number of files, bytes, and a hash of the list with each name and size. */
export interface ResultFacts {
  readonly files: number
  readonly bytes: number
  readonly sha256: string
}

/** True when a folder has connection files, whoever made them. @throws OutputError */
export function hasConnectionFiles(folder: string): boolean {
  return connectionFilesIn(folder).length > 0
}

/**
 * Removes the results and notes of an earlier run in a folder. Only names of connection files are taken for results, and no
 * folder is.
 *
 * @param areListed False: that run kept no lists, so every connection file is taken for a result.
 * @throws OutputError
 */
export function removeResults(folder: string, areListed: boolean): void {
  const names = areListed ? listedNames(folder) : connectionFilesIn(folder)
  for (const name of names) removeFile(join(folder, name))
  removeNotes(folder)
}

/**
 * Writes the list of a capture's results from the workers' lists.
 *
 * @throws OutputError, also when one of the files does not exist.
 */
export function writeResultList(folder: string): ResultFacts {
  const path = statePath(folder, RESULT_LIST)
  return attempt('write', path, () => {
    const hash = createHash('sha256')
    const file = new WholeFile(path)
    let lines = ''
    let files = 0
    let bytes = 0
    const flush = () => {
      hash.update(lines)
      file.append(lines)
      lines = ''
    }
    try {
      for (const name of [...new Set(madeNames(folder))].sort()) {
        const { size } = fs.lstatSync(systemPath(join(folder, name)))
        lines += `${size} ${name}\n`
        files += 1
        bytes += size
        if (lines.length >= FLUSH_BYTES) flush()
      }
      flush()
      file.publish()
    } catch (error) {
      file.abandon()
      throw error
    }
    return { files, bytes, sha256: hash.digest('hex') }
  })
}

/**
 * Writes the list of a complete capture's results again when it is gone or damaged, provided that exactly the connection files
 * are there that it listed.
 *
 * @returns False when there are connection files and no list says whose they are.
 * @throws OutputError
 */
export function ensureList(folder: string, results: ResultFacts | null): boolean {
  const list = resultListText(folder)
  const isSame = list !== null && (results === null || sha256Of(list) === results.sha256)
  if (isSame || hasMadeLists(folder)) return true
  const names = connectionFilesIn(folder)
  if (names.length === 0) return true
  const lines = names.sort().map((name) => `${lookAt(join(folder, name))?.size} ${name}\n`)
  const text = lines.join('')
  if (results === null || sha256Of(text) !== results.sha256) return false
  const path = statePath(folder, RESULT_LIST)
  makeStateFolder(folder)
  remove(path)
  attempt('write', path, () => writeWholeFile(path, text))
  return true
}

/**
 * True when the list of results is the one that was written, and each result exists with its size.
 *
 * @throws OutputError when that cannot be found out.
 */
export function areResultsThere(folder: string, { files, bytes, sha256 }: ResultFacts): boolean {
  const list = resultListText(folder)
  if (list === null || sha256Of(list) !== sha256) return false
  let countedFiles = 0
  let countedBytes = 0
  for (const line of linesOf(list)) {
    const [size = '', name = ''] = line.split(' ')
    const found = isConnectionFileName(name) ? lookAt(join(folder, name)) : undefined
    if (found?.isFile() !== true || String(found.size) !== size) return false
    countedFiles += 1
    countedBytes += found.size
  }
  return countedFiles === files && countedBytes === bytes
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function connectionFilesIn(folder: string): string[] {
  return namesIn(folder).filter((name) => isConnectionFileName(name))
}

function listedNames(folder: string): Set<string> {
  const listed = linesOf(resultListText(folder) ?? '').map((line) => line.slice(line.indexOf(' ') + 1))
  return new Set([...listed, ...madeNames(folder)].filter((name) => isConnectionFileName(name)))
}
