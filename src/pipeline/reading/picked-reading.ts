import type { CreateReader } from '../../input/capture-windows.js'
import type { Decompression } from '../../input/decompression.js'
import type { Input } from '../../input/input.js'
import {
  openPicked,
  type PickedInput,
  type PickedReader,
  pickedReaderOf,
  reportOfPicked,
} from './picked-reader.js'
import type { Reading } from './reading.js'

/** Reads some records of inputs: those that can be found alone where they stand, others by reading all before them. */
export class PickedReading implements Reading {
  readonly knowsLinkTypes = true
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

  readonly createReader: CreateReader<PickedReader> = (...content) =>
    pickedReaderOf(this.#picked[this.#next - 1]!)(...content)

  open() {
    const picked = this.#picked[this.#next]!
    this.#next += 1
    return openPicked(picked, this.#decompression)
  }

  report = reportOfPicked

  async close(): Promise<void> {}
}
