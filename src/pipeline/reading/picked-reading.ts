import type {
  CaptureReader,
  CaptureReaderOptions,
  DescribedReader,
  ReadStatus,
} from '../../capture/capture-reader.js'
import type { CapturedPacket } from '../../capture/captured-packet.js'
import { createCaptureReader } from '../../capture/open-capture-reader.js'
import { CaptureFormatError } from '../../errors.js'
import type { Decompression } from '../../input/decompression.js'
import type { Input } from '../../input/input.js'
import { openInput } from '../../input/open-byte-source.js'
import { LARGE_BYTES, SparseSource } from '../../input/sparse-source.js'
import type { InputFacts } from '../../output/output.js'
import { type Reading, reportOf } from './reading.js'

/** Most interfaces of one pcapng section, as in a run. */
export const MOST_INTERFACES = 65_536

/** What is learned of picked records, in the order of their positions. */
export class PickedFrames {
  /** Among the records of their input, from 1; 0: not known. */
  readonly numbers: Float64Array
  readonly sec: Float64Array
  readonly nsec: Uint32Array
  readonly isNanosecond: Uint8Array

  constructor(count: number) {
    this.numbers = new Float64Array(count)
    this.sec = new Float64Array(count)
    this.nsec = new Uint32Array(count)
    this.isNanosecond = new Uint8Array(count)
  }
}

/** An input of which some records are read. */
export interface PickedInput {
  /** Its number in the run that found them. */
  readonly number: number
  /** Where it is now. */
  readonly path: string
  readonly facts: Pick<InputFacts, 'compression' | 'format' | 'headers' | 'linkType'>
  /** Where the records begin, in ascending order. */
  readonly positions: Float64Array
  /** Filled while they are read; absent: nobody asks. */
  readonly frames?: PickedFrames
}

/** Reads some records of inputs: those that can be found alone where they stand, others by reading all before them. */
export class PickedReading implements Reading {
  readonly #picked: readonly PickedInput[]
  readonly #decompression: Decompression
  readonly inputs: readonly Input[]
  #next = 0

  constructor(picked: readonly PickedInput[], decompression: Decompression) {
    this.#picked = picked
    this.#decompression = decompression
    this.inputs = picked.map(({ path }) => ({ kind: 'file', path }))
  }

  get inputCount(): number {
    return this.#picked.length
  }

  readonly createReader = (
    bytes: Uint8Array,
    from: number,
    to: number,
    file: string,
    options: CaptureReaderOptions,
  ): PickedReader => {
    const input = this.#picked[this.#next - 1]!
    const layout = isSparse(input) ? input.facts.headers?.layout : undefined
    const known = layout === undefined ? {} : { knownLayout: layout }
    return new PickedReader(createCaptureReader(bytes, from, to, file, { ...options, ...known }), file, input)
  }

  open(input: Input) {
    const picked = this.#picked[this.#next]!
    this.#next += 1
    const { headers, format } = picked.facts
    if (!isSparse(picked) || headers === null) return openInput(input, this.#decompression)
    return new SparseSource(input.path, format === 'pcapng', headers, picked.positions)
  }

  report = reportOf

  async close(): Promise<void> {}
}

/** True when its records are read where they stand; false when everything before them is read. */
export function isSparse({ facts: { headers, compression } }: PickedInput): boolean {
  if (headers === null || compression !== null) return false
  return headers.ranges.every((offset, i) => i % 2 === 0 || offset - headers.ranges[i - 1]! <= LARGE_BYTES)
}

/** Gives out the packets of wanted records alone, and says where each stands. */
export class PickedReader implements CaptureReader {
  // Invariant: the records before #positions[#next] have been given out.
  readonly #inner: DescribedReader
  readonly #file: string
  readonly #input: PickedInput
  readonly #isSparse: boolean
  #next = 0
  #number = 0
  readonly origin: { readonly input: number; position: number }
  #problem: CaptureFormatError | null = null

  constructor(inner: DescribedReader, file: string, input: PickedInput) {
    this.#inner = inner
    this.#file = file
    this.#input = input
    this.#isSparse = isSparse(input)
    this.origin = { input: input.number, position: 0 }
  }

  get description() {
    return this.#inner.describe()
  }
  get position() {
    return this.#inner.position
  }
  get fileOffset() {
    return this.#inner.fileOffset
  }
  get base() {
    return this.#inner.base
  }
  get damage() {
    return this.#inner.damage
  }
  get droppedPackets() {
    return 0
  }
  get interfaceCount() {
    return this.#inner.interfaceCount
  }
  get isBigEndian() {
    return this.#inner.isBigEndian
  }
  get isInterfaceLimitHit() {
    return this.#inner.isInterfaceLimitHit
  }
  get headers() {
    return this.#inner.headers
  }
  get problem() {
    return this.#problem
  }

  window(bytes: Uint8Array, from: number, to: number, isLast: boolean): void {
    this.#inner.window(bytes, from, to, isLast)
  }

  next(out: CapturedPacket): ReadStatus {
    if (this.#problem !== null) return 'damaged'
    const { positions, facts } = this.#input
    for (;;) {
      const wanted = positions[this.#next]
      if (wanted === undefined) return 'end'
      const status = this.#inner.next(out)
      if (status === 'more') return status
      const position = this.#isSparse ? wanted : this.#inner.base + out.recordFrom
      if (status !== 'packet' || position > wanted) return this.#miss(wanted)
      this.#number += 1
      if (position < wanted) continue
      this.#note(out)
      this.#next += 1
      this.origin.position = position
      if (facts.linkType !== null) out.linkType = facts.linkType
      return 'packet'
    }
  }

  #note({ tsSec, tsNsec, isNanosecond }: CapturedPacket): void {
    const { frames } = this.#input
    if (frames === undefined) return
    const at = this.#next
    if (!this.#isSparse) frames.numbers[at] = this.#number
    frames.sec[at] = tsSec
    frames.nsec[at] = tsNsec
    frames.isNanosecond[at] = isNanosecond ? 1 : 0
  }

  #miss(offset: number): ReadStatus {
    const problem = 'a packet must be here: found none (was the file changed?)'
    this.#problem = new CaptureFormatError(problem, { file: this.#file, offset })
    return 'damaged'
  }
}
