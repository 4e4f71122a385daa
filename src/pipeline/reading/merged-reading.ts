import { Readable } from 'node:stream'
import { createCaptureReader } from '../../capture/open-capture-reader.js'
import type { Config } from '../../config/config.js'
import { CaptureFormatError, ConfigError, InputError } from '../../errors.js'
import type { WrapSource } from '../../input/byte-source.js'
import type { CreateReader } from '../../input/capture-windows.js'
import type { Decompression } from '../../input/decompression.js'
import { type Input, MOST_MERGED_INPUTS } from '../../input/input.js'
import type { MergedInput, MergedPart } from '../../input/merge/merged-part.js'
import { MergedReader } from '../../input/merge/merged-reader.js'
import { MergedSource } from '../../input/merge/merged-source.js'
import { PlaceQueue } from '../../input/merge/place-queue.js'
import { openInput, openStream } from '../../input/open-byte-source.js'
import { problemsOf } from './input-problems.js'
import type { InputWatch } from './input-watch.js'
import { type InputRead, type InputReport, type Reading, reportOf } from './reading.js'

/** Reads several inputs as one capture, in the order of their packets' times. */
export class MergedReading implements Reading {
  readonly isMerged = true
  readonly createReader?: CreateReader<MergedReader>
  readonly knowsLinkTypes?: true
  /** The input that stands for all of them. */
  readonly input: Input
  readonly #source: MergedSource
  readonly #watch: InputWatch | null
  readonly #reportOf: (read: InputRead) => InputReport

  private constructor(
    inputs: readonly MergedInput[],
    maxInterfaces: number,
    hasPlaces: boolean,
    watch: InputWatch | null,
    report: (read: InputRead) => InputReport,
  ) {
    this.#reportOf = report
    const places = hasPlaces ? new PlaceQueue() : null
    this.#source = new MergedSource(inputs, { maxInterfaces }, places)
    this.#watch = watch
    const [first] = inputs
    this.input = { kind: 'merged', path: `${first?.input.path} and ${inputs.length - 1} more` }
    if (places !== null)
      this.createReader = (...content) => new MergedReader(createCaptureReader(...content), places)
    if (watch === null) this.knowsLinkTypes = true
  }

  /** @param hasPlaces Somebody asks where packets stand. @throws ConfigError: there are too many. */
  static open(
    inputs: readonly Input[],
    { limits }: Pick<Config, 'limits'>,
    hasPlaces: boolean,
    decompression: Decompression,
    stdin: Readable | undefined,
    watch: InputWatch,
  ): MergedReading {
    if (inputs.length > MOST_MERGED_INPUTS) {
      throw new ConfigError(
        `Cannot use --merge with ${inputs.length} inputs: at most ${MOST_MERGED_INPUTS} can be read at once`,
      )
    }
    const opened = inputs.map((input) => ({
      input,
      source: openPart(input, decompression, stdin, watch.over),
    }))
    return new MergedReading(opened, limits.interfaces, hasPlaces, watch, reportOf)
  }

  /** Reads inputs again, which were merged and whose link types are known. */
  static again(
    inputs: readonly MergedInput[],
    maxInterfaces: number,
    report: (read: InputRead) => InputReport,
  ): MergedReading {
    return new MergedReading(inputs, maxInterfaces, true, null, report)
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
      this.#reportOf({
        ...part,
        reader: part.cursor?.reader ?? null,
        isAll: part.isWhole,
        filterProblems: number === 0 ? ofAll : [],
      }),
    )
    return {
      summaries: reports.flatMap(({ summaries }) => summaries),
      parts: reports.flatMap(({ parts }) => parts),
      isDone: isWhole && this.#source.parts.every(isDone),
    }
  }

  get progress() {
    return this.#watch?.silent ?? null
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
