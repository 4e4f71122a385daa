import { protocolKeyword } from '../../wire/protocol-names.js'
import { ByteBuilder } from '../byte-builder.js'
import { NameClock } from '../time-text.js'
import type { AddressColumn, Column, NumberColumn, TextColumn, TimeColumn, WordColumn } from './columns.js'
import { putAddress, putByte } from './formats/put.js'
import { INDEX_FIELDS } from './index-fields.js'

const DASH = 0x2d
const DOT = 0x2e
const TILDE = 0x7e
const COLON = 0x3a
const UNDERSCORE = 0x5f

/**
 * Makes the base names of connections (`FileNames.baseName()`) from the other columns of a batch: only the ordinal is handed
 * over.
 */
export class RowNames {
  readonly #clock: NameClock
  readonly #ts: TimeColumn
  readonly #protocol: WordColumn
  readonly #addresses: readonly AddressColumn[]
  readonly #ports: readonly NumberColumn[]
  readonly #name: TextColumn
  readonly #text = new ByteBuilder()

  /** @param isUtc Times of names are in UTC. */
  constructor(columns: readonly Column[], isUtc: boolean) {
    const of = (name: string) => columns[INDEX_FIELDS.findIndex((field) => field.name === name)]
    this.#clock = new NameClock(isUtc)
    this.#ts = of('ts') as TimeColumn
    this.#protocol = of('proto') as WordColumn
    this.#addresses = [of('id.orig_h'), of('id.resp_h')] as AddressColumn[]
    this.#ports = [of('id.orig_p'), of('id.resp_p')] as NumberColumn[]
    this.#name = of('name') as TextColumn
  }

  /** Sets the name of a row whose other columns are set. */
  set(row: number, ordinal: number, isIpv6: boolean): void {
    const text = this.#text
    text.clear()
    text.putText(this.#clock.text(this.#ts.sec[row]!))
    putByte(DASH, text)
    text.putText(protocolKeyword(this.#protocol.values[row]!))
    for (let side = 0; side < 2; side++) {
      putByte(DASH, text)
      const from = text.length
      putAddress(this.#addresses[side]!.words, 4 * row, isIpv6, text)
      if (isIpv6)
        for (let i = from; i < text.length; i++) if (text.bytes[i] === COLON) text.bytes[i] = UNDERSCORE
      putByte(DOT, text)
      text.putInteger(this.#ports[side]!.values[row]!)
    }
    if (ordinal > 1) {
      putByte(TILDE, text)
      text.putInteger(ordinal)
    }
    this.#name.set(row, text.bytes, 0, text.length)
  }
}
