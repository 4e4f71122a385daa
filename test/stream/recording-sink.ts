import type { StreamSink } from '../../src/stream/sink.js'

/** Keeps what a reassembler delivered: the calls in order, and the bytes by stream offset for each half-stream. */
export class RecordingSink implements StreamSink {
  readonly calls: string[] = []
  readonly #texts = new Map<number, string>()

  data(half: number, bytes: Uint8Array, from: number, to: number, tsSec: number, _tsNsec: number): void {
    const text = Buffer.from(bytes.subarray(from, to)).toString('latin1')
    this.calls.push(`data ${half} ${text} @${tsSec}`)
    this.#texts.set(half, (this.#texts.get(half) ?? '') + text)
  }

  gap(half: number, streamOffset: number, length: number): void {
    this.calls.push(`gap ${half} ${streamOffset}+${length}`)
    this.#texts.set(half, `${this.#texts.get(half) ?? ''}${'.'.repeat(Math.min(length, 1000))}`)
  }

  /** All that was delivered for a half-stream, a dot for each missing byte. */
  text(half: number): string {
    return this.#texts.get(half) ?? ''
  }
}
