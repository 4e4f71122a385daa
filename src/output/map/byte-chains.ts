const BLOCK_BYTES = 32
const NEXT = BLOCK_BYTES - 4
const INITIAL_BLOCKS = 4096

/** No chain. */
export const NO_BLOCK = 0

/**
 * Many byte strings that grow at their ends, in blocks of one buffer: all are given up at once. A chain is known by its
 * first block; whoever owns it knows its last one and its length, too.
 */
export class ByteChains {
  // Invariant: blocks 1 to #used - 1 are in chains; the last four bytes of a block are the number of the next one.
  readonly #mostBlocks: number
  #bytes: Uint8Array
  #view: DataView
  #used = 1

  /** @param mostBytes Of memory. */
  constructor(mostBytes: number) {
    this.#mostBlocks = Math.max(4, Math.floor(mostBytes / BLOCK_BYTES))
    const blocks = Math.min(INITIAL_BLOCKS, this.#mostBlocks)
    this.#bytes = new Uint8Array(blocks * BLOCK_BYTES)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** True when `count` blocks may be too many. */
  isFull(count: number): boolean {
    return this.#used + count > this.#mostBlocks
  }

  /** Blocks that have been taken. */
  get used(): number {
    return this.#used - 1
  }

  clear(): void {
    this.#used = 1
  }

  /** Bytes that fit behind the `length` bytes of a chain without another block. */
  static room(length: number): number {
    return length === 0 ? 0 : NEXT - (((length - 1) % NEXT) + 1)
  }

  /** A block for a chain: its first, or the one behind `last`. */
  take(last: number): number {
    const block = this.#used
    this.#used += 1
    if ((block + 1) * BLOCK_BYTES > this.#bytes.length) this.#grow()
    if (last !== NO_BLOCK) this.#view.setUint32(last * BLOCK_BYTES + NEXT, block)
    return block
  }

  /** Puts a byte into the last block of a chain, which has room, behind its `length` bytes. */
  put(last: number, length: number, byte: number): void {
    this.#bytes[last * BLOCK_BYTES + (length % NEXT)] = byte
  }

  /** Hands over the bytes of a chain, piece by piece. */
  read(first: number, length: number, take: (bytes: Uint8Array, from: number, to: number) => void): void {
    for (let block = first, left = length; left > 0; left -= NEXT) {
      const from = block * BLOCK_BYTES
      take(this.#bytes, from, from + Math.min(left, NEXT))
      block = this.#view.getUint32(from + NEXT)
    }
  }

  #grow(): void {
    const larger = new Uint8Array(Math.min(this.#bytes.length * 4, this.#mostBlocks * BLOCK_BYTES))
    larger.set(this.#bytes)
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }
}
