import { grown } from '../bytes/grown.js'

/** Columns of {@link RecentSegments}: a row for each segment. */
export class SegmentRows {
  half: Int32Array
  /** Number of the half-stream's segment before this one: its row plus 1; 0: none. */
  before: Int32Array
  length: Int32Array
  /** Stream offset. */
  offset: Float64Array
  /** Number of the input that has its bytes; `COPY`: none, they were copied. */
  input: Int32Array
  /** Offset in the input, or place of the copy. */
  place: Float64Array
  /** Time and number of its packet. */
  tsSec: Float64Array
  tsNsec: Uint32Array
  number: Float64Array

  constructor(capacity: number) {
    this.half = new Int32Array(capacity)
    this.before = new Int32Array(capacity)
    this.length = new Int32Array(capacity)
    this.offset = new Float64Array(capacity)
    this.input = new Int32Array(capacity)
    this.place = new Float64Array(capacity)
    this.tsSec = new Float64Array(capacity)
    this.tsNsec = new Uint32Array(capacity)
    this.number = new Float64Array(capacity)
  }

  get capacity(): number {
    return this.half.length
  }

  /** Copies a row of `other` to row `to`, without its link. */
  copy(other: SegmentRows, row: number, to: number): void {
    this.half[to] = other.half[row]!
    this.before[to] = 0
    this.length[to] = other.length[row]!
    this.offset[to] = other.offset[row]!
    this.input[to] = other.input[row]!
    this.place[to] = other.place[row]!
    this.tsSec[to] = other.tsSec[row]!
    this.tsNsec[to] = other.tsNsec[row]!
    this.number[to] = other.number[row]!
  }

  grow(capacity: number): void {
    this.half = grown(this.half, capacity)
    this.before = grown(this.before, capacity)
    this.length = grown(this.length, capacity)
    this.offset = grown(this.offset, capacity)
    this.input = grown(this.input, capacity)
    this.place = grown(this.place, capacity)
    this.tsSec = grown(this.tsSec, capacity)
    this.tsNsec = grown(this.tsNsec, capacity)
    this.number = grown(this.number, capacity)
  }
}
