import { Readable } from 'node:stream'
import type { CaptureReader } from '../capture/capture-reader.js'
import { CaptureFormatError, ConfigError, InputError } from '../errors.js'
import type { WrapSource } from '../input/byte-source.js'
import type { Decompression } from '../input/decompression.js'
import type { Input } from '../input/input.js'
import { type MergedPart, MergedSource } from '../input/merge/merged-source.js'
import { openInput, openStream } from '../input/open-byte-source.js'
import type { InputProblem, InputSummary } from '../summary.js'
import { shownPath } from '../system-path.js'
import { isPassedOver, problemsOf, statusOf } from './input-problems.js'

/**
 * Inputs that can be read at once. Each has a descriptor, a buffer, and, where it is compressed, 4 MiB of content and
 * what its decompressor needs; most have a thread then.
 */
const MOST_INPUTS = 64

/** Several inputs that are read as one capture, by the times of their packets. */
export class MergedRun {
  readonly source: MergedSource
  /** Stands for all of them. */
  readonly input: Input

  private constructor(inputs: readonly Input[], source: MergedSource) {
    this.source = source
    this.input = { kind: 'merged', path: `${inputs[0]?.path} and ${inputs.length - 1} more` }
  }

  /** @throws ConfigError: there are too many. */
  static open(
    inputs: readonly Input[],
    maxInterfaces: number,
    decompression: Decompression,
    stdin: Readable | undefined,
    wrap: WrapSource,
  ): MergedRun {
    if (inputs.length > MOST_INPUTS) {
      throw new ConfigError(
        `Cannot use --merge with ${inputs.length} inputs: at most ${MOST_INPUTS} can be read at once`,
      )
    }
    const opened = inputs.map((input) => ({ input, source: openPart(input, decompression, stdin, wrap) }))
    return new MergedRun(inputs, new MergedSource(opened, { maxInterfaces }))
  }

  /** What became of each input. @param problems Those of the whole, told with the first. */
  summaries(problems: readonly InputProblem[]): InputSummary[] {
    return this.source.parts.map((part, number) => summaryOf(part, number === 0 ? problems : []))
  }

  /** All inputs were read as far as they can be. */
  get isRead(): boolean {
    return this.source.parts.every(({ isWhole, error }) => isWhole || error instanceof CaptureFormatError)
  }

  /** The readers of the inputs, as far as they were captures. */
  get readers(): CaptureReader[] {
    return this.source.parts.flatMap(({ cursor }) => cursor?.reader ?? [])
  }
}

function openPart(input: Input, decompression: Decompression, stdin: Readable | undefined, wrap: WrapSource) {
  if (input.kind === 'stdin') return wrap(input, openStream(stdin ?? Readable.from([]), decompression))
  try {
    const source = openInput(input, decompression)
    source.readAhead().catch(() => {}) // what fails now fails again in read()
    return wrap(input, source)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
}

function summaryOf(
  { input, source, cursor, error, packets, isWhole }: MergedPart,
  others: readonly InputProblem[],
): InputSummary {
  const isPassed = isPassedOver(input, { source, error })
  const found = isPassed ? [] : problemsOf({ source, reader: cursor?.reader ?? null, error })
  const problems = [...found, ...others]
  return {
    path: shownPath(input.path),
    bytes: source?.bytesRead ?? 0,
    packets,
    status: isPassed ? 'no_capture' : statusOf(isWhole, packets, problems),
    problems,
    dropped: cursor?.reader?.droppedPackets ?? 0,
  }
}
