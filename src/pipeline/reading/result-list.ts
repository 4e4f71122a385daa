import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { failureReason, OutputError } from '../../errors.js'
import { isConnectionFileName } from '../../input/own-results.js'
import { MADE_LIST, STATE_FOLDER } from '../../output/files/made-files.js'
import { systemPath } from '../../system-path.js'
import { WholeFile, writeWholeFile } from '../../whole-file.js'
import { namesIn, textOf } from './resume-text.js'

/** Name of the list of a capture's results in its state folder. */
const LIST_NAME = 'results'
/** Name of the kept index there. */
export const KEPT_INDEX = 'index'
/** Beyond it a file is no list, and none is kept. */
const MAX_LIST_BYTES = 512 * 1024 * 1024
const FLUSH_BYTES = 256 * 1024

/** What stands in the state folder: whole, or as a run that was killed has left it. */
const NOTED = /^(?:(?:results|index)(?:\.[0-9a-f]{12}\.partial)?|made-\d+)$/
const PARTIAL_RECORD = /^\.pcap2conn\.json\.[0-9a-f]{12}\.partial$/

/** What identifies the results of a capture: how many files and bytes, and a hash of the list with each name and size. */
export interface ResultFacts {
  readonly files: number
  readonly bytes: number
  readonly sha256: string
}

/** Path of something in the state folder of a capture. */
export function statePath(folder: string, name: string): string {
  return join(folder, STATE_FOLDER, name)
}

/** Makes the state folder where there is none; what else has its name is no folder of ours, and goes. @throws OutputError */
export function makeStateFolder(folder: string): void {
  const path = join(folder, STATE_FOLDER)
  attempt('make', path, () => {
    const found = fs.lstatSync(systemPath(path), { throwIfNoEntry: false })
    if (found !== undefined && !found.isDirectory()) fs.unlinkSync(systemPath(path))
    if (found?.isDirectory() !== true) fs.mkdirSync(systemPath(path), 0o750)
  })
}

/** True where connection files are in a folder, whoever made them. @throws OutputError */
export function hasConnectionFiles(folder: string): boolean {
  return connectionFilesIn(folder).length > 0
}

/**
 * Removes what an earlier run made in a folder, as far as it is called as connection files are, and what it noted. A
 * folder in the place of a result stays: it is not ours.
 *
 * @param areListed False: that run kept no lists.
 * @throws OutputError
 */
export function removeResults(folder: string, areListed: boolean): void {
  const names = areListed ? listedNames(folder) : connectionFilesIn(folder)
  for (const name of names) removeFile(join(folder, name))
  for (const name of stateNames(folder)) if (NOTED.test(name)) remove(statePath(folder, name))
  for (const name of namesIn(folder)) if (PARTIAL_RECORD.test(name)) removeFile(join(folder, name))
}

/**
 * Writes the list of a capture's results out of the workers' lists.
 *
 * @throws OutputError, also where one of the files is not there.
 */
export function writeResultList(folder: string): ResultFacts {
  const path = statePath(folder, LIST_NAME)
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
 * Makes the list of a complete capture's results again where it is gone or damaged, out of the connection files that are there, if
 * they are exactly those that were listed.
 *
 * @returns False where connection files are there and no list says whose they are.
 * @throws OutputError
 */
export function ensureList(folder: string, results: ResultFacts | null): boolean {
  const path = statePath(folder, LIST_NAME)
  const list = textOf(path, MAX_LIST_BYTES)
  const isSame = list !== null && (results === null || sha256Of(list) === results.sha256)
  if (isSame || stateNames(folder).some((name) => MADE_LIST.test(name))) return true
  const names = connectionFilesIn(folder)
  if (names.length === 0) return true
  const hash = createHash('sha256')
  const lines = names.sort().map((name) => `${lookAt(join(folder, name))?.size} ${name}\n`)
  for (const line of lines) hash.update(line)
  if (results === null || hash.digest('hex') !== results.sha256) return false
  makeStateFolder(folder)
  remove(path)
  attempt('write', path, () => writeWholeFile(path, lines.join('')))
  return true
}

/** Removes the workers' lists: what is in them is in the list of results. @throws OutputError */
export function removeMadeLists(folder: string): void {
  for (const name of stateNames(folder)) if (MADE_LIST.test(name)) remove(statePath(folder, name))
}

/**
 * True where the list of results is the one that was written, and each of them is there with its size.
 *
 * @throws OutputError where that cannot be told.
 */
export function areResultsThere(folder: string, { files, bytes, sha256 }: ResultFacts): boolean {
  const list = textOf(statePath(folder, LIST_NAME), MAX_LIST_BYTES)
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
  const list = textOf(statePath(folder, LIST_NAME), MAX_LIST_BYTES) ?? ''
  const names = linesOf(list).map((line) => line.slice(line.indexOf(' ') + 1))
  return new Set([...names, ...madeNames(folder)].filter((name) => isConnectionFileName(name)))
}

// The last line of a run that was killed may be cut.
function madeNames(folder: string): string[] {
  const lists = stateNames(folder).filter((name) => MADE_LIST.test(name))
  return lists.flatMap((name) => linesOf(textOf(statePath(folder, name), MAX_LIST_BYTES) ?? ''))
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

function stateNames(folder: string): string[] {
  return namesIn(join(folder, STATE_FOLDER))
}

function lookAt(path: string): fs.Stats | undefined {
  return attempt('read', path, () => fs.lstatSync(systemPath(path), { throwIfNoEntry: false }))
}

function removeFile(path: string): void {
  if (lookAt(path)?.isDirectory() !== true) remove(path)
}

function remove(path: string): void {
  attempt('remove', path, () => fs.rmSync(systemPath(path), { force: true, recursive: true }))
}

function attempt<T>(verb: string, path: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    if (cause instanceof OutputError) throw cause
    throw new OutputError(`Cannot ${verb} "${path}": ${failureReason(cause)}`, path, { cause })
  }
}
