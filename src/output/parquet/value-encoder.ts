import type { ByteBuilder } from '../byte-builder.js'
import { bitsOf, putHybrid } from './bits.js'
import type { Texts, Values } from './column-values.js'
import { DeltaPacker } from './delta.js'
import { Dictionary } from './dictionary.js'

/** Numbers of encodings (parquet-format, Encodings.md). */
export const Encoding = {
  PLAIN: 0,
  RLE: 3,
  DELTA_BINARY_PACKED: 5,
  DELTA_LENGTH_BYTE_ARRAY: 6,
  DELTA_BYTE_ARRAY: 7,
  RLE_DICTIONARY: 8,
} as const

/** Most values that are looked at for a dictionary. */
const MOST_IN_DICTIONARY = 32_768
/** Texts that begin as those before with so many bytes are written without them. */
const COMMON_BYTES = 4
const TIME_BYTES = 8
/** What packed differences take for each value beside its bits. */
const DELTA_OVERHEAD_BITS = 0.3

/** Encodes the values of a column in the way that suits them. */
export class ValueEncoder {
  readonly #dictionary = new Dictionary(MOST_IN_DICTIONARY)
  readonly #delta = new DeltaPacker()
  readonly #lengths: { suffix: Float64Array; prefix: Float64Array } = {
    suffix: new Float64Array(0),
    prefix: new Float64Array(0),
  }

  /**
   * Appends the values to `data`.
   *
   * @param dictionary Gets the different values of a dictionary, plain.
   * @returns The encoding, and the number of values in `dictionary`.
   */
  put(values: Values, count: number, data: ByteBuilder, dictionary: ByteBuilder): [number, number] {
    switch (values.type) {
      case 'boolean':
        return [putBooleans(values.values, count, data), 0]
      case 'int32':
      case 'int64':
        return this.#putIntegers(values.values, count, values.type === 'int32' ? 4 : 8, data, dictionary)
      case 'double': {
        if (count <= MOST_IN_DICTIONARY && this.#dictionary.addNumbers(values.values, count))
          return this.#putPlaces(count, data, (row) => putDouble(values.values[row]!, dictionary))
        for (let i = 0; i < count; i++) putDouble(values.values[i]!, data)
        return [Encoding.PLAIN, 0]
      }
      case 'nanoseconds':
        if (this.#delta.putTimes(values.sec, values.nsec, count, data))
          return [Encoding.DELTA_BINARY_PACKED, 0]
        for (let i = 0; i < count; i++) putTime(values.sec[i]!, values.nsec[i]!, data)
        return [Encoding.PLAIN, 0]
      case 'text':
        return this.#putTexts(values.texts, count, data, dictionary)
      case 'words':
        return this.#putWords(values, count, data, dictionary)
    }
  }

  // Of the words, only those that occur are in the dictionary.
  #putWords(
    { places, words }: Extract<Values, { type: 'words' }>,
    count: number,
    data: ByteBuilder,
    dictionary: ByteBuilder,
  ): [number, number] {
    const placeOf = new Int16Array(words.length).fill(-1)
    const used = new Uint8Array(count)
    let size = 0
    for (let i = 0; i < count; i++) {
      const word = places[i]!
      if (placeOf[word] === -1) {
        placeOf[word] = size
        size += 1
        putPlainText(Buffer.from(words[word]!), dictionary)
      }
      used[i] = placeOf[word]!
    }
    putIndexes(used, count, size, data)
    return [Encoding.RLE_DICTIONARY, size]
  }

  #putIntegers(
    values: Float64Array,
    count: number,
    width: number,
    data: ByteBuilder,
    dictionary: ByteBuilder,
  ): [number, number] {
    if (count <= MOST_IN_DICTIONARY && this.#dictionary.addNumbers(values, count)) {
      const { size } = this.#dictionary
      const bits = 8 * width * size + bitsOf(size - 1) * count
      if (bits < (bitsOf(mostStep(values, count)) + DELTA_OVERHEAD_BITS) * count)
        return this.#putPlaces(count, data, (row) => putInteger(values[row]!, width, dictionary))
    }
    if (this.#delta.put(values, count, data)) return [Encoding.DELTA_BINARY_PACKED, 0]
    for (let i = 0; i < count; i++) putInteger(values[i]!, width, data)
    return [Encoding.PLAIN, 0]
  }

  #putTexts(texts: Texts, count: number, data: ByteBuilder, dictionary: ByteBuilder): [number, number] {
    const { bytes, ends } = texts
    if (count <= MOST_IN_DICTIONARY && this.#dictionary.addTexts(texts, count))
      return this.#putPlaces(count, data, (row) =>
        putPlainText(bytes.subarray(row === 0 ? 0 : ends[row - 1]!, ends[row]), dictionary),
      )
    const { suffix, prefix } = this.#lengthsOf(texts, count)
    if (sumOf(prefix, count) > COMMON_BYTES * count) {
      this.#delta.put(prefix, count, data)
      this.#delta.put(suffix, count, data)
      putEnds(texts, suffix, count, data)
      return [Encoding.DELTA_BYTE_ARRAY, 0]
    }
    addTo(suffix, prefix, count)
    this.#delta.put(suffix, count, data)
    data.putBytes(bytes, 0, ends[count - 1]!)
    return [Encoding.DELTA_LENGTH_BYTE_ARRAY, 0]
  }

  // Of each text, how many bytes it has in common with the one before, and how many are behind them.
  #lengthsOf({ bytes, ends }: Texts, count: number) {
    const lengths = this.#lengths
    if (count > lengths.prefix.length) {
      lengths.prefix = new Float64Array(count)
      lengths.suffix = new Float64Array(count)
    }
    let before = 0
    let from = 0
    for (let i = 0; i < count; i++) {
      const to = ends[i]!
      const most = i === 0 ? 0 : Math.min(to - from, from - before)
      let same = 0
      while (same < most && bytes[before + same] === bytes[from + same]) same += 1
      lengths.prefix[i] = same
      lengths.suffix[i] = to - from - same
      before = from
      from = to
    }
    return lengths
  }

  #putPlaces(count: number, data: ByteBuilder, putFirst: (row: number) => void): [number, number] {
    const { places, firsts, size } = this.#dictionary
    for (let i = 0; i < size; i++) putFirst(firsts[i]!)
    putIndexes(places, count, size, data)
    return [Encoding.RLE_DICTIONARY, size]
  }
}

function putIndexes(
  places: Parameters<typeof putHybrid>[0],
  count: number,
  size: number,
  data: ByteBuilder,
): void {
  const width = Math.max(1, bitsOf(Math.max(0, size - 1)))
  data.reserve(1)
  data.bytes[data.length++] = width
  putHybrid(places, count, width, data)
}

// With its length before it, as no level has.
function putBooleans(values: Uint8Array, count: number, data: ByteBuilder): number {
  data.reserve(4)
  const at = data.length
  data.length += 4
  putHybrid(values, count, 1, data)
  const { bytes } = data
  new DataView(bytes.buffer).setUint32(at, data.length - at - 4, true)
  return Encoding.RLE
}

function putInteger(value: number, width: number, out: ByteBuilder): void {
  out.reserve(width)
  for (let i = 0, rest = value; i < width; i++, rest = Math.floor(rest / 256))
    out.bytes[out.length++] = rest % 256
}

function putDouble(value: number, out: ByteBuilder): void {
  out.reserve(8)
  new DataView(out.bytes.buffer).setFloat64(out.length, value, true)
  out.length += 8
}

function putTime(sec: number, nsec: number, out: ByteBuilder): void {
  out.reserve(TIME_BYTES)
  new DataView(out.bytes.buffer).setBigInt64(out.length, BigInt(sec) * 1_000_000_000n + BigInt(nsec), true)
  out.length += TIME_BYTES
}

function putPlainText(bytes: Uint8Array, out: ByteBuilder): void {
  putInteger(bytes.length, 4, out)
  out.putBytes(bytes, 0, bytes.length)
}

// Of the values, what the packed differences are about as large as.
function mostStep(values: Float64Array, count: number): number {
  let most = 0
  let sum = 0
  for (let i = 1; i < count; i++) {
    const step = Math.abs(values[i]! - values[i - 1]!)
    if (step > most) most = step
    sum += step
  }
  return Math.min(2 * most, 4 * (sum / Math.max(1, count)))
}

// Loops over many rows are functions of their own: V8 compiles them while they run, and would throw that away behind them.

function sumOf(values: Float64Array, count: number): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += values[i]!
  return sum
}

function addTo(target: Float64Array, values: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) target[i]! += values[i]!
}

// Appends the last bytes of each text, so many as `lengths` says.
function putEnds({ bytes, ends }: Texts, lengths: Float64Array, count: number, out: ByteBuilder): void {
  out.reserve(ends[count - 1]!)
  const target = out.bytes
  let at = out.length
  for (let i = 0; i < count; i++) {
    const to = ends[i]!
    for (let from = to - lengths[i]!; from < to; from++) target[at++] = bytes[from]!
  }
  out.length = at
}
