import type { CaptureReader } from '../../capture/capture-reader.js'
import { type CaptureFormatError, InputError, NoCaptureError } from '../../errors.js'
import type { ByteSource, InputReadProblem } from '../../input/byte-source.js'
import type { Input } from '../../input/input.js'
import type { InputProblem, InputSummary } from '../../summary.js'

/** How far an input was read. */
export interface ReadInput {
  /** Null: it could not be opened. */
  readonly source: Pick<ByteSource, 'problem'> | null
  /** Null: it was not even known to be a capture. */
  readonly reader: Pick<CaptureReader, 'damage' | 'problem'> | null
  /** What ended the reading early; null: nothing did. */
  readonly error: CaptureFormatError | InputError | null
}

/** The problems of an input, in the order of the file. */
export function problemsOf({ source, reader, error }: ReadInput): InputProblem[] {
  const problems: InputProblem[] = source?.problem ? [inputProblem(source.problem)] : []
  if (reader !== null) problems.push(...reader.damage.problems)
  if (reader?.problem) problems.push(problemOf(reader.problem))
  if (error instanceof InputError) problems.push(openProblem(error))
  // After damage of the compressed data, "no capture" is not a problem of its own.
  else if (error !== null && !source?.problem) problems.push(problemOf(error))
  return problems
}

function inputProblem({ offset, message, kind }: InputReadProblem): InputProblem {
  return { offset, length: 0, message, ...(kind === undefined ? {} : { kind }) }
}

/** Damage behind which nothing was read. */
function problemOf(error: CaptureFormatError): InputProblem {
  return { offset: error.location.offset, length: 0, message: error.message }
}

/** File names of captures, also numbered or compressed. */
const CAPTURE_NAME = /\.(?:pcapng|pcap|cap|dmp)[-_.]?\d*(?:\.(?:gz|zst|xz|lz4|bz2))?$/i

/** True for a file from a folder or pattern that is no capture, neither by content nor by name. */
export function isPassedOver(input: Input, { source, error }: Omit<ReadInput, 'reader'>): boolean {
  const isNone = error instanceof NoCaptureError && !source?.problem
  return isNone && input.isFound === true && !CAPTURE_NAME.test(input.path)
}

/** An input that cannot be opened. */
function openProblem({ message, kind }: InputError): InputProblem {
  return { offset: 0, length: 0, message, ...(kind === 'input' ? {} : { kind }) }
}

/** @param isWhole All of the input was read. */
export function statusOf(
  isWhole: boolean,
  packets: number,
  problems: readonly InputProblem[],
): InputSummary['status'] {
  if (problems.length > 0) return packets > 0 ? 'partial' : 'failed'
  return isWhole ? 'ok' : 'partial'
}

/** The findings of the readers of all inputs. */
export class ReaderTotals {
  readonly damage = { holes: 0, lost_bytes: 0 }
  interfaceLimitHits = 0

  /** A part without a reader is no capture. */
  add(
    parts: readonly { readonly reader: Pick<CaptureReader, 'damage' | 'isInterfaceLimitHit'> | null }[],
  ): void {
    for (const { reader } of parts) {
      if (reader === null) continue
      this.damage.holes += reader.damage.holes
      this.damage.lost_bytes += reader.damage.lostBytes
      if (reader.isInterfaceLimitHit) this.interfaceLimitHits += 1
    }
  }
}
