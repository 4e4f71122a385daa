/** Reads integers of `bytes[at, to)` in turn. Behind the end they are 0, and `isShort` says so: nothing here throws. */
export class Cursor {
  readonly bytes: Uint8Array
  at: number
  readonly to: number
  /** True when more was asked for than there is. */
  isShort = false

  constructor(bytes: Uint8Array, from: number, to: number) {
    this.bytes = bytes
    this.at = from
    this.to = to
  }

  /** Bytes that are left. */
  get left(): number {
    return this.to - this.at
  }

  u8(): number {
    if (this.at < this.to) return this.bytes[this.at++]!
    this.isShort = true
    return 0
  }

  u16(): number {
    return (this.u8() << 8) | this.u8()
  }

  u24(): number {
    return (this.u16() << 8) | this.u8()
  }

  u32(): number {
    return this.u16() * 0x1_0000 + this.u16()
  }

  skip(length: number): void {
    if (length > this.left) this.isShort = true
    this.at += Math.min(length, this.left)
  }

  /** The next `length` bytes, or those of them that there are, which this cursor passes. */
  part(length: number): Cursor {
    const from = this.at
    this.skip(length)
    const part = new Cursor(this.bytes, from, this.at)
    part.isShort = this.at - from < length
    return part
  }
}
