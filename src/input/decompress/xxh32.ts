const PRIME1 = 0x9e3779b1
const PRIME2 = 0x85ebca77
const PRIME3 = 0xc2b2ae3d
const PRIME4 = 0x27d4eb2f
const PRIME5 = 0x165667b1
const STRIPE_BYTES = 16

/** Computes XXH32 with seed 0 over bytes passed in pieces (xxHash fast digest algorithm 0.1.1). */
export class Xxh32 {
  // Invariant: the accumulators include all whole stripes; #rest[0, #restBytes) holds the bytes after them.
  readonly #rest = new Uint8Array(STRIPE_BYTES)
  #restBytes = 0
  #totalBytes = 0
  #a = (PRIME1 + PRIME2) | 0
  #b = PRIME2 | 0
  #c = 0
  #d = -PRIME1 | 0

  static of(bytes: Uint8Array, from: number, to: number): number {
    const hash = new Xxh32()
    hash.update(bytes, from, to)
    return hash.digest()
  }

  update(bytes: Uint8Array, from: number, to: number): void {
    this.#totalBytes += to - from
    let at = from
    if (this.#restBytes > 0) {
      const step = Math.min(STRIPE_BYTES - this.#restBytes, to - at)
      this.#rest.set(bytes.subarray(at, at + step), this.#restBytes)
      this.#restBytes += step
      at += step
      if (this.#restBytes < STRIPE_BYTES) return
      this.#stripes(this.#rest, 0, STRIPE_BYTES)
    }
    const whole = to - ((to - at) % STRIPE_BYTES)
    this.#stripes(bytes, at, whole)
    this.#rest.set(bytes.subarray(whole, to))
    this.#restBytes = to - whole
  }

  /** The hash as uint32. */
  digest(): number {
    const [a, b, c, d] = [this.#a, this.#b, this.#c, this.#d]
    const isShort = this.#totalBytes < STRIPE_BYTES
    let hash = isShort ? PRIME5 | 0 : (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0
    hash = (hash + this.#totalBytes) | 0
    let at = 0
    for (; at + 4 <= this.#restBytes; at += 4) {
      hash = Math.imul(rotate((hash + Math.imul(uint32le(this.#rest, at), PRIME3)) | 0, 17), PRIME4)
    }
    for (; at < this.#restBytes; at++) {
      hash = Math.imul(rotate((hash + Math.imul(this.#rest[at] ?? 0, PRIME5)) | 0, 11), PRIME1)
    }
    hash = Math.imul(hash ^ (hash >>> 15), PRIME2)
    hash = Math.imul(hash ^ (hash >>> 13), PRIME3)
    return (hash ^ (hash >>> 16)) >>> 0
  }

  #stripes(bytes: Uint8Array, from: number, to: number): void {
    let [a, b, c, d] = [this.#a, this.#b, this.#c, this.#d]
    for (let at = from; at < to; at += STRIPE_BYTES) {
      a = round(a, uint32le(bytes, at))
      b = round(b, uint32le(bytes, at + 4))
      c = round(c, uint32le(bytes, at + 8))
      d = round(d, uint32le(bytes, at + 12))
    }
    this.#a = a
    this.#b = b
    this.#c = c
    this.#d = d
  }
}

function round(accumulator: number, word: number): number {
  return Math.imul(rotate((accumulator + Math.imul(word, PRIME2)) | 0, 13), PRIME1)
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

function uint32le(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  )
}
