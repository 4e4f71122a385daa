import type { BitReader } from './bit-reader.js'
import { HuffmanCode, MAX_CODE_BITS } from './huffman.js'

const BYTE_VALUES = 256
const MOST_CODES = 6
const GROUP_SYMBOLS = 50
/** For up to this many bytes a loop is faster than a native move. */
const SHORT_MOVE = 24
/** Symbols are RUNA, RUNB, then the values from 1 on, then the end of the block. */
const RUN_B = 1

/** Says what is wrong with a block. */
export class BlockDamage extends Error {
  override readonly name = 'BlockDamage'
}

/**
 * Reads the blocks of a bzip2 file: decodes the last column of the sorted rotations of a block, and inverts the
 * Burrows-Wheeler transform.
 */
export class Bzip2Block {
  // Invariants: for i below #length the low 8 bits of #links[i] are byte i of the last column. After link() the high 24
  // bits are the row that follows row i.
  readonly #links: Uint32Array
  readonly #codes = Array.from({ length: MOST_CODES }, () => new HuffmanCode())
  readonly #lengths = new Uint8Array(BYTE_VALUES + 2)
  readonly #selectors = new Uint8Array(32_768)
  readonly #values = new Uint8Array(BYTE_VALUES)
  readonly #counts = new Uint32Array(BYTE_VALUES)
  #length = 0
  #row = 0

  /** @param most Bytes of the largest block. */
  constructor(most: number) {
    this.#links = new Uint32Array(most)
  }

  /** Bytes of the block before its runs are expanded. */
  get length(): number {
    return this.#length
  }

  /** Reads a block, from after its checksum on. @throws BlockDamage; EndOfInput */
  read(reader: BitReader): void {
    if (reader.read(1) !== 0) throw new BlockDamage('unsupported: a block of bzip2 0.9.0')
    const origin = reader.read(24)
    const symbols = this.#readValues(reader) + 2
    const codes = reader.read(3)
    if (codes < 2 || codes > MOST_CODES) throw new BlockDamage(`${codes} codes`)
    const selectors = this.#readSelectors(reader, codes)
    for (let code = 0; code < codes; code++) this.#readCode(reader, symbols, this.#codes[code]!)
    this.#readSymbols(reader, symbols - 1, selectors)
    if (origin >= this.#length) throw new BlockDamage('origin outside of the block')
    this.#link(origin)
  }

  /** Fills `target` with the next bytes of the block, of which at least `target.length` must be left. */
  take(target: Uint8Array, count: number): void {
    const links = this.#links
    let row = this.#row
    for (let at = 0; at < count; at++) {
      const link = links[row] ?? 0
      target[at] = link
      row = link >>> 8
    }
    this.#row = row
  }

  // Reads which values occur, as 16 groups of 16 bits. Returns their number.
  #readValues(reader: BitReader): number {
    const ranges = reader.read(16)
    let count = 0
    for (let range = 0; range < 16; range++) {
      if ((ranges & (0x8000 >>> range)) === 0) continue
      const bits = reader.read(16)
      for (let i = 0; i < 16; i++) if ((bits & (0x8000 >>> i)) !== 0) this.#values[count++] = 16 * range + i
    }
    if (count === 0) throw new BlockDamage('no values')
    return count
  }

  // Reads which code each group of symbols uses, as move-to-front numbers.
  #readSelectors(reader: BitReader, codes: number): number {
    const count = reader.read(15)
    if (count === 0) throw new BlockDamage('no groups')
    const list = Uint8Array.from({ length: codes }, (_, code) => code)
    for (let i = 0; i < count; i++) {
      let place = 0
      while (reader.read(1) === 1) if (++place >= codes) throw new BlockDamage('unknown code')
      this.#selectors[i] = toFront(list, place)
    }
    return count
  }

  #readCode(reader: BitReader, symbols: number, code: HuffmanCode): void {
    let bits = reader.read(5)
    for (let symbol = 0; symbol < symbols; symbol++) {
      for (;;) {
        if (bits < 1 || bits > MAX_CODE_BITS) throw new BlockDamage(`code of ${bits} bits`)
        if (reader.read(1) === 0) break
        bits += reader.read(1) === 0 ? 1 : -1
      }
      this.#lengths[symbol] = bits
    }
    code.build(this.#lengths, symbols)
  }

  #readSymbols(reader: BitReader, endSymbol: number, selectors: number): void {
    const links = this.#links
    this.#counts.fill(0)
    let length = 0
    let run = 0
    let runPlace = 1
    for (let group = 0; group < selectors; group++) {
      const code = this.#codes[this.#selectors[group] ?? 0]!
      for (let i = 0; i < GROUP_SYMBOLS; i++) {
        const symbol = code.read(reader)
        if (symbol < 0) throw new BlockDamage('unknown symbol')
        if (symbol <= RUN_B) {
          if (runPlace > links.length) throw new BlockDamage('run beyond the block')
          run += runPlace << symbol
          runPlace *= 2
          continue
        }
        if (run > 0) {
          length = this.#addRun(length, run)
          run = 0
          runPlace = 1
        }
        if (symbol === endSymbol) {
          this.#length = length
          return
        }
        if (length >= links.length) throw new BlockDamage('block too long')
        const value = toFront(this.#values, symbol - 1)
        links[length++] = value
        this.#counts[value] = (this.#counts[value] ?? 0) + 1
      }
    }
    throw new BlockDamage('no end')
  }

  #addRun(length: number, run: number): number {
    if (run > this.#links.length - length) throw new BlockDamage('run beyond the block')
    const value = this.#values[0] ?? 0
    this.#links.fill(value, length, length + run)
    this.#counts[value] = (this.#counts[value] ?? 0) + run
    return length + run
  }

  // The first column is the last column sorted: the n-th row with a byte in one column is the n-th row with that byte
  // in the other.
  #link(origin: number): void {
    const links = this.#links
    const next = new Uint32Array(BYTE_VALUES)
    let sum = 0
    for (let value = 0; value < BYTE_VALUES; value++) {
      next[value] = sum
      sum += this.#counts[value] ?? 0
    }
    for (let row = 0; row < this.#length; row++) {
      const value = (links[row] ?? 0) & 0xff
      const target = next[value] ?? 0
      next[value] = target + 1
      links[target] = ((links[target] ?? 0) & 0xff) | (row << 8)
    }
    this.#row = (links[origin] ?? 0) >>> 8
  }
}

function toFront(list: Uint8Array, place: number): number {
  const value = list[place] ?? 0
  if (place > SHORT_MOVE) list.copyWithin(1, 0, place)
  else for (let at = place; at > 0; at--) list[at] = list[at - 1] ?? 0
  list[0] = value
  return value
}
