const INITIAL_BYTES = 64 * 1024

/** Builds bytes piece by piece in one reusable buffer. */
export class ByteBuilder {
  /** The content is `bytes[0, length)`. Growing replaces the array. */
  bytes = new Uint8Array(INITIAL_BYTES)
  length = 0

  clear(): void {
    this.length = 0
  }

  /** Makes room for `count` more bytes, so that the caller can write them at `length`. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }

  /** @param text ASCII only. */
  putText(text: string): void {
    this.reserve(text.length)
    for (let i = 0; i < text.length; i++) this.bytes[this.length + i] = text.charCodeAt(i)
    this.length += text.length
  }

  putBytes(bytes: Uint8Array, from: number, to: number): void {
    this.reserve(to - from)
    this.bytes.set(bytes.subarray(from, to), this.length)
    this.length += to - from
  }

  /** Appends the decimal digits of a non-negative integer, padded with zeros to `minDigits`. */
  putInteger(value: number, minDigits = 1): void {
    if (value > Number.MAX_SAFE_INTEGER) {
      this.putText(String(value))
      return
    }
    let digits = 1
    for (let limit = 10; value >= limit; limit *= 10) digits += 1
    if (digits < minDigits) digits = minDigits
    this.reserve(digits)
    let at = this.length + digits
    this.length = at
    // Integer division by 10 is exact in doubles; the small rest is done in int32.
    while (value > 0x7fffffff) {
      const tenth = Math.floor(value / 10)
      at -= 1
      this.bytes[at] = 48 + (value - tenth * 10)
      value = tenth
      digits -= 1
    }
    for (let rest = value | 0; digits > 0; digits--) {
      const tenth = (rest / 10) | 0
      at -= 1
      this.bytes[at] = 48 + (rest - tenth * 10)
      rest = tenth
    }
  }
}
