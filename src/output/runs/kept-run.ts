import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { failureReason, OutputError } from '../../errors.js'
import { systemPath } from '../../system-path.js'
import { WholeFile } from '../../whole-file.js'
import { ByteBuilder } from '../byte-builder.js'
import { mergeRuns, type RunLayout } from './merge-runs.js'

/** What identifies a file of records. */
export interface RunFacts {
  readonly bytes: number
  /** SHA-256, in hexadecimal, of a text for the kind of the records, and of the file. */
  readonly sha256: string
}

/**
 * Merges runs to one that is kept, which appears when it is complete.
 *
 * @param kind   Stands for the kind of the records in the hash.
 * @param folder Takes what is needed meanwhile.
 * @throws OutputError, or the system's errors.
 */
export async function keepRun(
  runs: readonly string[],
  layout: RunLayout,
  kind: string,
  folder: string,
  target: string,
): Promise<RunFacts> {
  const file = new WholeFile(target)
  const counter = new RunCounter(kind)
  const gathered = new ByteBuilder()
  const put = (bytes: Buffer, from: number, to: number) => {
    counter.add(bytes, from, to)
    gathered.putBytes(bytes, from, to)
  }
  try {
    await mergeRuns(runs, layout, folder, {
      begin: (bytes, at) => put(bytes, at, at + layout.headerBytes),
      content: put,
      flush: () => {
        file.append(gathered.bytes.subarray(0, gathered.length))
        gathered.clear()
      },
    })
    file.publish()
    return counter.facts
  } catch (error) {
    file.abandon()
    throw error
  }
}

/** What identifies a run that somebody has kept. @throws OutputError */
export async function factsOfRun(path: string, kind: string): Promise<RunFacts> {
  const counter = new RunCounter(kind)
  try {
    for await (const chunk of createReadStream(systemPath(path)))
      counter.add(chunk as Buffer, 0, (chunk as Buffer).length)
  } catch (cause) {
    throw new OutputError(`Cannot read "${path}": ${failureReason(cause)}`, path, { cause, kind: 'run' })
  }
  return counter.facts
}

/** Counts and hashes the bytes of a run. */
export class RunCounter {
  readonly #hash: Hash
  #bytes = 0

  constructor(kind: string) {
    this.#hash = createHash('sha256').update(kind)
  }

  add(bytes: Uint8Array, from: number, to: number): void {
    this.#hash.update(bytes.subarray(from, to))
    this.#bytes += to - from
  }

  get facts(): RunFacts {
    return { bytes: this.#bytes, sha256: this.#hash.copy().digest('hex') }
  }
}
