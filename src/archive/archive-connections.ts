import type { RawOptions } from '../config/config.js'
import { InputError } from '../errors.js'
import type { Summary } from '../summary.js'
import { type Archive, openArchive } from './archive.js'
import { archiveConfig } from './archive-config.js'
import { connectionNotes, cutShort } from './cut-short.js'
import type { Explained, Frame } from './explained.js'
import { InputPaths, inputsOf, Picks, picked, type Wanted, wantedOf } from './picks.js'

/** What reading connections again has given. */
export interface ReadAgain {
  /** Base names of the files of those that were read, by uid. */
  readonly names: ReadonlyMap<string, string>
  /** Why others were not, by uid. */
  readonly failures: ReadonlyMap<string, string>
  /** What the others lack, each one sentence. */
  readonly problems: readonly string[]
}

/** Takes a packet of a connection. @returns False to have no more. */
type TakeExplained = (packet: Explained, captureOf: (frame: Frame) => string) => boolean

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
  write(uids: readonly string[], options: RawOptions, signal?: AbortSignal): Promise<ReadAgain> {
    return this.#inTurn(signal, async (ended) => {
      const { wanted, failures, paths } = this.#find(uids)
      const { picks, problems } = await this.#read(wanted, paths, options, ended)
      for (const { entry } of wanted)
        if (!picks.names.has(entry.uid)) failures.set(entry.uid, `Cannot have ${entry.uid} again`)
      return { names: picks.names, failures, problems }
    })
  }

  /**
   * Gives the packets of those connections that can be had as one pcapng file.
   *
   * @param put Takes its bytes, in order. @throws InputError when none can be had, CaptureFormatError
   */
  packets(uids: readonly string[], put: (bytes: Buffer) => void, signal: AbortSignal): Promise<void> {
    return this.#inTurn(signal, async (ended) => {
      const { wanted, failures, paths } = this.#find(uids)
      const [failure] = failures.values()
      if (wanted.length === 0 && failure !== undefined) throw new InputError(failure, this.#archive.folder)
      const { copyToStream } = await import('./capture-copies.js')
      const entries = wanted.map(({ entry }) => entry)
      await copyToStream(
        entries,
        picked(this.#archive, paths.found, entries, () => true),
        (bytes) => {
          ended.throwIfAborted()
          put(bytes)
        },
      )
    })
  }

  /**
   * Reads a connection again, and tells what became of each packet.
   *
   * @param take Gets each packet, and finds the paths of captures by their numbers.
   * @returns What it lacks; nothing is known of that when `take` wanted no more. @throws InputError
   */
  explain(uid: string, take: TakeExplained, signal: AbortSignal): Promise<readonly string[]> {
    return this.#inTurn(signal, async (ended) => {
      const { wanted, failures, paths } = this.#find([uid])
      const [failure] = failures.values()
      if (failure !== undefined) throw new InputError(failure, this.#archive.folder)
      const [one] = wanted
      const { explainConnection } = await import('./explained.js')
      const captureOf = ({ input }: Frame) => paths.found.get(input) ?? ''
      const enough = new AbortController()
      const summary = await explainConnection(
        this.#archive,
        paths.found,
        one!,
        (packet) => {
          if (!enough.signal.aborted && !take(packet, captureOf)) enough.abort()
        },
        { signal: AbortSignal.any([ended, enough.signal]) },
      )
      if (enough.signal.aborted) return []
      return [...inputProblems(summary), ...summary.errors, ...connectionNotes(wanted)]
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
    signal: AbortSignal,
  ): Promise<{ picks: Picks; problems: string[] }> {
    const picks = new Picks(this.#archive, paths.found, wanted)
    if (wanted.length === 0) return { picks, problems: [] }
    const config = archiveConfig(this.#archive, options)
    const { runPicked } = await import('../pipeline/run-picked.js')
    const summary = await runPicked(config, { signal }, picks)
    return { picks, problems: problemsOf(wanted, picks, summary) }
  }

  // Rejects with the reason of the signal where that ended it.
  #inTurn<T>(signal: AbortSignal | undefined, read: (ended: AbortSignal) => Promise<T>): Promise<T> {
    const ended = AbortSignal.any([this.#stop.signal, ...(signal === undefined ? [] : [signal])])
    const begin = async () => {
      ended.throwIfAborted()
      const result = await read(ended)
      ended.throwIfAborted()
      return result
    }
    const result = this.#last.then(begin, begin)
    this.#last = result.catch(() => {}) // whoever asked for it has the error
    return result
  }
}

function problemsOf(wanted: readonly Wanted[], picks: Picks, summary: Summary): string[] {
  const cut = cutShort(wanted, picks, summary)
  return [...inputProblems(summary), ...summary.errors, ...cut, ...connectionNotes(wanted)]
}

function inputProblems({ inputs }: Summary): string[] {
  return inputs.flatMap(({ path, problems }) =>
    problems.map(({ offset, message }) =>
      message.includes(path) ? message : `Cannot read "${path}" at byte ${offset}: ${message}`,
    ),
  )
}
