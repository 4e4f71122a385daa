import fs from 'node:fs'
import { join } from 'node:path'
import { MADE_LIST, STATE_FOLDER } from '../../output/files/made-files.js'
import { systemPath } from '../../system-path.js'
import { attempt, namesIn, remove, removeFile, textOf } from './resume-files.js'

/** Name of the list of a capture's results in its state folder. */
export const RESULT_LIST = 'results'
/** Name of the kept index there. */
export const KEPT_INDEX = 'index'
/** A larger file is not taken for a list. */
const MAX_LIST_BYTES = 512 * 1024 * 1024

/** The files of a state folder, also those that a killed run has not finished. */
const NOTES = /^(?:(?:results|index)(?:\.[0-9a-f]{12}\.partial)?|made-\d+)$/
const PARTIAL_RECORD = /^\.pcap2conn\.json\.[0-9a-f]{12}\.partial$/

/** Path of a file in the state folder of a capture. */
export function statePath(folder: string, name: string): string {
  return join(folder, STATE_FOLDER, name)
}

/** Makes the state folder of a capture. Replaces anything else of its name, which is not ours. @throws OutputError */
export function makeStateFolder(folder: string): void {
  const path = join(folder, STATE_FOLDER)
  attempt('make', path, () => {
    const found = fs.lstatSync(systemPath(path), { throwIfNoEntry: false })
    if (found !== undefined && !found.isDirectory()) fs.unlinkSync(systemPath(path))
    if (found?.isDirectory() !== true) fs.mkdirSync(systemPath(path), 0o750)
  })
}

/** Content of the list of results; null: there is none. @throws OutputError */
export function resultListText(folder: string): string | null {
  return textOf(statePath(folder, RESULT_LIST), MAX_LIST_BYTES)
}

/** True when workers have left lists of files. @throws OutputError */
export function hasMadeLists(folder: string): boolean {
  return madeLists(folder).length > 0
}

/** The names in the workers' lists. The last line of a killed run may be cut. @throws OutputError */
export function madeNames(folder: string): string[] {
  return madeLists(folder).flatMap((name) => linesOf(textOf(statePath(folder, name), MAX_LIST_BYTES) ?? ''))
}

/** Removes the workers' lists. The list of results has their names by then. @throws OutputError */
export function removeMadeLists(folder: string): void {
  for (const name of madeLists(folder)) remove(statePath(folder, name))
}

/** Removes all notes of a capture except its record. @throws OutputError */
export function removeNotes(folder: string): void {
  for (const name of stateNames(folder)) if (NOTES.test(name)) remove(statePath(folder, name))
  for (const name of namesIn(folder)) if (PARTIAL_RECORD.test(name)) removeFile(join(folder, name))
}

/** The lines of a list, without empty ones. */
export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

function madeLists(folder: string): string[] {
  return stateNames(folder).filter((name) => MADE_LIST.test(name))
}

function stateNames(folder: string): string[] {
  return namesIn(join(folder, STATE_FOLDER))
}
