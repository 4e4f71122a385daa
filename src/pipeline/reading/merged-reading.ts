import { Readable } from 'node:stream'
import { CaptureFormatError, ConfigError, InputError } from '../../errors.js'
import type { WrapSource } from '../../input/byte-source.js'
import type { Decompression } from '../../input/decompression.js'
import type { Input } from '../../input/input.js'
import { type MergedPart, MergedSource } from '../../input/merge/merged-source.js'
import { openInput, openStream } from '../../input/open-byte-source.js'
import { problemsOf } from './input-problems.js'
import type { InputWatch } from './input-watch.js'
import { type InputRead, type InputReport, type Reading, reportOf } from './reading.js'

/**
 * Most inputs that can be merged. Each has a descriptor and a buffer. A compressed one also has 4 MiB of content, a decompressor
 * and mostly a thread.
 */
const MOST_INPUTS = 64

/** Reads several inputs as one capture, in the order of their packets' times. */
export class MergedReading implements Reading {
  readonly #source: MergedSource
  readonly #watch: InputWatch
  /** The input that stands for all of them. */
  readonly input: Input

  private constructor(inputs: readonly Input[], source: MergedSource, watch: InputWatch) {
    this.#source = source
    this.#watch = watch
    this.input = { kind: 'merged', path: `${inputs[0]?.path} and ${inputs.length - 1} more` }
  }

  /** @throws ConfigError: there are too many. */
  static open(
    inputs: readonly Input[],
    maxInterfaces: number,
    decompression: Decompression,
    stdin: Readable | undefined,
    watch: InputWatch,
  ): MergedReading {
    if (inputs.length > MOST_INPUTS) {
      throw new ConfigError(
        `Cannot use --merge with ${inputs.length} inputs: at most ${MOST_INPUTS} can be read at once`,
      )
    }
    const opened = inputs.map((input) => ({
      input,
      source: openPart(input, decompression, stdin, watch.over),
    }))
    return new MergedReading(inputs, new MergedSource(opened, { maxInterfaces }), watch)
  }

  get inputCount(): number {
    return this.#source.parts.length
  }

  open(): MergedSource {
    return this.#source
  }

  report({ source, reader, error, isWhole, filterProblems }: InputRead): InputReport {
    // A problem of the merged capture is reported with the first input.
    const ofAll = [...problemsOf({ source, reader, error }), ...filterProblems]
    const reports = this.#source.parts.map((part, number) =>
      reportOf({
        ...part,
        reader: part.cursor?.reader ?? null,
        isAll: part.isWhole,
        filterProblems: number === 0 ? ofAll : [],
      }),
    )
    return {
      summaries: reports.flatMap(({ summaries }) => summaries),
      readers: reports.flatMap(({ readers }) => readers),
      isDone: isWhole && this.#source.parts.every(isDone),
    }
  }

  get progress() {
    return this.#watch.silent
  }

  close(): Promise<void> {
    return this.#source.close()
  }
}

function isDone({ isWhole, error }: MergedPart): boolean {
  return isWhole || error instanceof CaptureFormatError
}

function openPart(input: Input, decompression: Decompression, stdin: Readable | undefined, wrap: WrapSource) {
  if (input.kind === 'stdin') return wrap(input, openStream(stdin ?? Readable.from([]), decompression))
  try {
    const source = openInput(input, decompression)
    source.readAhead().catch(() => {}) // an error comes again from read()
    return wrap(input, source)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
}
