import type { DescribedReader, ReadStatus } from '../../capture/capture-reader.js'
import type { CapturedPacket } from '../../capture/captured-packet.js'
import { DamageLog } from '../../capture/damage-log.js'
import { createCaptureReader } from '../../capture/open-capture-reader.js'
import { blankRecordPlace, type RecordPlace } from '../../capture/record-place.js'
import { WrappedReader } from '../../capture/wrapped-reader.js'
import { CaptureFormatError, InputError } from '../../errors.js'
import type { ByteSource } from '../../input/byte-source.js'
import type { CreateReader } from '../../input/capture-windows.js'
import type { Decompression } from '../../input/decompression.js'
import type { Input } from '../../input/input.js'
import type { MergedInput } from '../../input/merge/merged-part.js'
import { openInput } from '../../input/open-byte-source.js'
import { LARGE_BYTES, SparseSource } from '../../input/sparse-source.js'
import type { InputFacts } from '../../output/output.js'
import { problemsOf } from './input-problems.js'
import { type InputRead, type InputReport, reportOf } from './reading.js'

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
  /** How much later some of them have their turn than their times say, where inputs are merged. */
  readonly late?: ReadonlyMap<number, Pick<RecordPlace, 'lateSec' | 'lateNsec'>>
  /** Filled while they are read; absent: nobody asks. */
  readonly frames?: PickedFrames
}

/** Some records of inputs. */
export interface Picked {
  /** In the order of their numbers. */
  readonly inputs: readonly PickedInput[]
  /** They are read as one, in the order of their packets' times; otherwise one after the other. */
  readonly isMerged: boolean
}

/** True when its records are read where they stand; false when everything before them is read. */
export function isSparse({ facts: { headers, compression } }: PickedInput): boolean {
  if (headers === null || compression !== null) return false
  return headers.ranges.every((offset, i) => i % 2 === 0 || offset - headers.ranges[i - 1]! <= LARGE_BYTES)
}

/** Makes the reader of an input's picked records. */
export function pickedReaderOf(input: PickedInput): CreateReader<PickedReader> {
  const layout = isSparse(input) ? input.facts.headers?.layout : undefined
  const known = layout === undefined ? {} : { knownLayout: layout }
  return (bytes, from, to, file, options) =>
    new PickedReader(createCaptureReader(bytes, from, to, file, { ...options, ...known }), file, input)
}

/** Opens an input of which some records are read. @throws InputError */
export function openPicked(input: PickedInput, decompression: Decompression): ByteSource {
  const { path, positions, facts } = input
  const { headers, format } = facts
  if (!isSparse(input) || headers === null) return openInput({ kind: 'file', path }, decompression)
  return new SparseSource(path, format === 'pcapng', headers, positions)
}

/** The inputs, opened to be merged. One that cannot be opened has its error instead. */
export function openToMerge(inputs: readonly PickedInput[], decompression: Decompression): MergedInput[] {
  return inputs.map((picked) => {
    const input: Input = { kind: 'file', path: picked.path }
    const create = pickedReaderOf(picked)
    try {
      return { input, source: openPicked(picked, decompression), create }
    } catch (error) {
      if (error instanceof InputError) return { input, source: error, create }
      throw error
    }
  })
}

/** Results of an input of which some records are read. Damage elsewhere is none of theirs. */
export function reportOfPicked(read: InputRead): InputReport {
  const isLacking = read.error !== null || (read.reader?.problem ?? null) !== null
  return reportOf(read, isLacking ? problemsOf(read) : [])
}

/** Gives out the packets of wanted records alone, and says where each stands. */
export class PickedReader extends WrappedReader {
  // Invariant: the records before #positions[#next] have been given out.
  readonly #file: string
  readonly #input: PickedInput
  readonly #isSparse: boolean
  #next = 0
  #number = 0
  readonly origin = blankRecordPlace()
  readonly #damage: DamageLog
  #problem: CaptureFormatError | null = null

  constructor(inner: DescribedReader, file: string, input: PickedInput) {
    super(inner)
    this.#file = file
    this.#input = input
    this.#isSparse = isSparse(input)
    this.#damage = new DamageLog({ file, isDecompressed: false })
    this.origin.input = input.number
  }

  override get problem() {
    return this.#problem
  }

  // None: what is damaged is not of the wanted records.
  override get damage() {
    return this.#damage
  }

  override next(out: CapturedPacket): ReadStatus {
    if (this.#problem !== null) return 'damaged'
    const { positions, facts } = this.#input
    for (;;) {
      const wanted = positions[this.#next]
      if (wanted === undefined) return 'end'
      const status = this.inner.next(out)
      if (status === 'more') return status
      const position = this.#isSparse ? wanted : this.inner.base + out.recordFrom
      if (status !== 'packet' || position > wanted) return this.#miss(wanted)
      this.#number += 1
      if (position < wanted) continue
      this.#note(out)
      this.#next += 1
      this.#setPlace(position)
      if (facts.linkType !== null) out.linkType = facts.linkType
      return 'packet'
    }
  }

  #setPlace(position: number): void {
    const late = this.#input.late?.get(position)
    this.origin.position = position
    this.origin.lateSec = late?.lateSec ?? 0
    this.origin.lateNsec = late?.lateNsec ?? 0
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
