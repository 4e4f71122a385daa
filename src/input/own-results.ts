import { closeSync, constants, openSync, readSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, resolve } from 'node:path'
import { DETECT_BYTES, detectFormat } from '../capture/capture-format.js'
import { systemPath } from '../system-path.js'
import { detectCompression } from './compression.js'
import { type FolderEntry, identityAt, identityOf } from './folder-entries.js'

/** The outputs of a run. */
export interface OutputPaths {
  readonly folder: string | null
  /** Index, summary, report. */
  readonly files: readonly string[]
}

/** Name of the record that a run with `--resume` leaves: folders with it hold results. */
export const RECORD_NAME = '.pcap2conn.json'
/** Name of the manifest of a job: folders with it hold what the job makes. */
export const JOB_NAME = 'pcap2conn-job.json'
// A time beyond the calendar of four-digit years stands as its seconds.
const CONNECTION_FILE = /^(?:\d{14}|E-?\d+)-[^/]+\.\d+-[^/]+\.\d+(?:~\d+)?(?:-metadata)?\.(?:txt|json)$/
const TEMPORARY_FOLDER = /^pcap2conn-\w{6}$/
// Windows has no O_NONBLOCK.
const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Distinguishes results of this run and of earlier runs from captures. */
export class OwnResults {
  readonly #folder: string | null
  readonly #files: ReadonlySet<string>

  constructor({ folder, files }: OutputPaths) {
    this.#folder = folder === null ? null : identityAt(folder)
    this.#files = new Set(files.map(identityAt).filter((identity) => identity !== null))
  }

  isOwnFolder({ name, path, stats }: FolderEntry): boolean {
    if (TEMPORARY_FOLDER.test(name) && dirname(resolve(path)) === resolve(tmpdir())) return true
    return stats !== null && identityOf(stats) === this.#folder
  }

  /** True for a folder of results. @param entries The entries of the folder. */
  isMarked(entries: readonly FolderEntry[]): boolean {
    return entries.some(({ name }) => name === RECORD_NAME || name === JOB_NAME)
  }

  /** True for a result. A capture in the place of an output is not a result: it must not be overwritten. */
  isOwnFile({ name, path, stats }: FolderEntry): boolean {
    if (CONNECTION_FILE.test(name)) return true
    return stats !== null && this.#files.has(identityOf(stats)) && !isCapture(path)
  }
}

/** True when a connection file may have this name. */
export function isConnectionFileName(name: string): boolean {
  return CONNECTION_FILE.test(name)
}

// Its first bytes tell. A file that cannot be read may be a capture.
function isCapture(path: string): boolean {
  const head = new Uint8Array(DETECT_BYTES)
  let length: number
  try {
    const file = openSync(systemPath(path), READ_FLAGS)
    try {
      length = readSync(file, head, 0, head.length, 0)
    } finally {
      closeSync(file)
    }
  } catch {
    return true
  }
  return detectCompression(head.subarray(0, length)) !== null || !('problem' in detectFormat(head, 0, length))
}
