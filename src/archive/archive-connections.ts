import type { RawOptions } from '../config/config.js'
import type { Summary } from '../summary.js'
import { type Archive, openArchive } from './archive.js'
import { archiveConfig } from './archive-config.js'
import { connectionNotes, cutShort } from './cut-short.js'
import { InputPaths, inputsOf, Picks, type Wanted, wantedOf } from './picks.js'

/** What reading connections again has given. */
export interface ReadAgain {
  /** Base names of the files of those that were read, by uid. */
  readonly names: ReadonlyMap<string, string>
  /** Why others were not, by uid. */
  readonly failures: ReadonlyMap<string, string>
  /** What the others lack, each one sentence. */
  readonly problems: readonly string[]
}

/** The connections of an archive for a program that runs on: each is read in the captures when it is asked for. */
export class ArchiveConnections {
  // Invariant: #last ends when all that was begun has ended: there is one reading at a time.
  readonly #archive: Archive
  readonly #root: string | null
  readonly #stop = new AbortController()
  #last: Promise<unknown> = Promise.resolve()

  /** @param root Folder below which captures are looked for; null: where they were. @throws InputError */
  constructor(folder: string, root: string | null) {
    this.#archive = openArchive(folder)
    this.#root = root
  }

  /** Why the packets of a connection cannot be had; null: nothing stands in the way. @throws InputError */
  problemOf(uid: string): string | null {
    return this.#find([uid]).failures.get(uid) ?? null
  }

  /** Reads connections again and writes their files. @param options Of a conversion. @throws InputError, OutputError */
  write(uids: readonly string[], options: RawOptions): Promise<ReadAgain> {
    return this.#inTurn(async () => {
      const { wanted, failures, paths } = this.#find(uids)
      const { picks, problems } = await this.#read(wanted, paths, options)
      for (const { entry } of wanted)
        if (!picks.names.has(entry.uid)) failures.set(entry.uid, `Cannot have ${entry.uid} again`)
      return { names: picks.names, failures, problems }
    })
  }

  /** Ends what is being read. */
  async close(): Promise<void> {
    this.#stop.abort()
    await this.#last.catch(() => {}) // whoever asked for it has the error
    this.#archive.map.close()
  }

  // Captures may have been moved or changed since the last time.
  #find(uids: readonly string[]) {
    const paths = new InputPaths(this.#archive, this.#root)
    const wanted: Wanted[] = []
    const failures = new Map<string, string>()
    for (const uid of new Set(uids)) {
      const found = wantedOf(this.#archive, uid)
      const problems = found === null ? [] : [...inputsOf(found)].map((input) => paths.problemOf(input))
      const problem = problems.find((text) => text !== null)
      if (found === null) failures.set(uid, `No connection ${uid} in "${this.#archive.folder}"`)
      else if (problem !== undefined && problem !== null) failures.set(uid, problem)
      else wanted.push(found)
    }
    return { wanted, failures, paths }
  }

  async #read(
    wanted: readonly Wanted[],
    paths: InputPaths,
    options: RawOptions,
  ): Promise<{ picks: Picks; problems: string[] }> {
    const picks = new Picks(this.#archive, paths.found, wanted)
    if (wanted.length === 0) return { picks, problems: [] }
    const config = archiveConfig(this.#archive, options)
    const { runPicked } = await import('../pipeline/run-picked.js')
    const summary = await runPicked(config, { signal: this.#stop.signal }, picks.inputs, picks)
    return { picks, problems: problemsOf(wanted, picks, summary) }
  }

  #inTurn<T>(read: () => Promise<T>): Promise<T> {
    const result = this.#last.then(read, read)
    this.#last = result.catch(() => {}) // whoever asked for it has the error
    return result
  }
}

function problemsOf(wanted: readonly Wanted[], picks: Picks, summary: Summary): string[] {
  const ofInputs = summary.inputs.flatMap(({ path, problems }) =>
    problems.map(({ offset, message }) =>
      message.includes(path) ? message : `Cannot read "${path}" at byte ${offset}: ${message}`,
    ),
  )
  return [...ofInputs, ...summary.errors, ...cutShort(wanted, picks, summary), ...connectionNotes(wanted)]
}
