import fs from 'node:fs'
import { join } from 'node:path'
import { grown, grownRows } from '../bytes/grown.js'
import { ConnectionFlag, type ConnectionTable, NONE } from '../flow/connection-table.js'
import { protocolKeyword } from '../wire/protocol-names.js'
import { addressText } from './ip-text.js'
import { NameClock } from './time-text.js'

const ADDRESS_WORDS = 8
/** Names that were looked for in the file system and are remembered; beyond that it is looked at again. */
const REMEMBERED_NAMES = 65_536

/** What the names of a run's files depend on. */
export interface NameOptions {
  readonly utc: boolean
  /** One file per direction. */
  readonly separateSides: boolean
  readonly json: boolean
  /** Kinds of connection files that are written at all. */
  readonly writesData: boolean
  readonly writesMetadata: boolean
  /** Change time, in ms since 1970, of a file made when the run began: files not older than it are the run's own. */
  readonly runMarkerMs: number
}

/** Names of connection files: `<time>-<PROTO>-<ip>.<port>-<ip>.<port>`, `~2` where it is taken, and an ending. */
export class FileNames {
  // Invariant: #oppositeOrdinals[c] is how many connections of this second had the name of c with its endpoints
  // swapped, as nameOrdinal is how many had the name itself. #isUnsure[c] is 1 where the name was looked for in the
  // file system, since those of the second may not all be known.
  readonly #table: ConnectionTable
  readonly #options: NameOptions
  readonly #clock: NameClock
  readonly #ending: string
  #oppositeOrdinals = new Uint32Array(256)
  #isUnsure = new Uint8Array(256)
  /** Latest ordinal that was found free, by the name without it. */
  readonly #foundOrdinals = new Map<string, number>()
  #folder = ''

  constructor(table: ConnectionTable, options: NameOptions) {
    this.#table = table
    this.#options = options
    this.#clock = new NameClock(options.utc)
    this.#ending = options.json ? '.json' : '.txt'
  }

  /** The folder of all files from now on. */
  startCapture(folder: string): void {
    this.#folder = folder
    this.#foundOrdinals.clear()
  }

  /** Sets `nameOrdinal` of a connection that was just opened; see `ConnectionSink.opened()`. */
  nameConnection(connection: number, previous: number, isTimeBack: boolean): void {
    const { nameOrdinal, firstSec } = this.#table
    if (connection >= this.#oppositeOrdinals.length) this.#grow(connection)
    const sec = firstSec[connection] ?? 0
    const isSameTime =
      previous !== NONE && this.#clock.text(firstSec[previous] ?? 0) === this.#clock.text(sec)
    let same = 0
    let opposite = 0
    if (isSameTime) {
      same = nameOrdinal[previous] ?? 0
      opposite = this.#oppositeOrdinals[previous] ?? 0
      if (!this.#options.separateSides && !this.#isSameOriginator(connection, previous)) {
        const swapped = same
        same = opposite
        opposite = swapped
      }
    }
    nameOrdinal[connection] = same + 1
    this.#oppositeOrdinals[connection] = opposite
    // Of several connections before, the table has only the latest: times may have gone back and forth.
    const isPreviousUnsure = previous !== NONE && (!isSameTime || this.#isUnsure[previous] === 1)
    const isUnsure = isTimeBack || isPreviousUnsure || this.#clock.isRepeated(sec)
    this.#isUnsure[connection] = isUnsure ? 1 : 0
    if (isUnsure) this.#findFreeOrdinal(connection)
  }

  /** The name without an ending. With `side` 1 the endpoints are swapped. */
  baseName(connection: number, side: number): string {
    const ordinal = this.#table.nameOrdinal[connection] ?? 1
    const suffix = ordinal > 1 ? `~${ordinal}` : ''
    return `${this.#prefix(connection)}${this.#endpoints(connection, side)}${suffix}`
  }

  dataName(connection: number, side: number): string {
    return this.baseName(connection, this.#options.separateSides ? side : 0) + this.#ending
  }

  dataPath(connection: number, side: number): string {
    return join(this.#folder, this.dataName(connection, side))
  }

  metadataPath(connection: number): string {
    return join(this.#folder, `${this.baseName(connection, 0)}-metadata${this.#ending}`)
  }

  #prefix(connection: number): string {
    const { firstSec, protocol } = this.#table
    return `${this.#clock.text(firstSec[connection] ?? 0)}-${protocolKeyword(protocol[connection] ?? 0)}-`
  }

  #endpoints(connection: number, side: number): string {
    return `${this.#endpoint(2 * connection + side)}-${this.#endpoint(2 * connection + (side ^ 1))}`
  }

  #endpoint(half: number): string {
    const { address, flags, port } = this.#table
    const isIpv6 = ((flags[half >> 1] ?? 0) & ConnectionFlag.IPV6) !== 0
    const text = addressText(address, 4 * half, isIpv6)
    return `${isIpv6 ? text.replaceAll(':', '_') : text}.${port[half] ?? 0}`
  }

  #isSameOriginator(connection: number, other: number): boolean {
    const { address, port } = this.#table
    if (port[2 * connection] !== port[2 * other]) return false
    for (let i = 0; i < ADDRESS_WORDS / 2; i++) {
      if (address[ADDRESS_WORDS * connection + i] !== address[ADDRESS_WORDS * other + i]) return false
    }
    return true
  }

  // Connections that the table has forgotten have left their files, if they had any. Where the search has been
  // made for a name before, it goes on from there.
  #findFreeOrdinal(connection: number): void {
    const { nameOrdinal } = this.#table
    const name = this.#nameWithoutOrdinal(connection)
    nameOrdinal[connection] = Math.max(nameOrdinal[connection] ?? 1, (this.#foundOrdinals.get(name) ?? 0) + 1)
    while (this.#isTaken(connection)) nameOrdinal[connection] = (nameOrdinal[connection] ?? 0) + 1
    if (this.#foundOrdinals.size >= REMEMBERED_NAMES) this.#foundOrdinals.clear()
    this.#foundOrdinals.set(name, nameOrdinal[connection] ?? 1)
  }

  // With separate sides both directions share the ordinals.
  #nameWithoutOrdinal(connection: number): string {
    const [name, swapped] = [0, 1].map(
      (side) => `${this.#prefix(connection)}${this.#endpoints(connection, side)}`,
    )
    return this.#options.separateSides && swapped! < name! ? swapped! : name!
  }

  #isTaken(connection: number): boolean {
    const { writesData, writesMetadata, separateSides } = this.#options
    if (writesMetadata && this.#isOwnFile(this.metadataPath(connection))) return true
    if (!writesData) return false
    if (this.#isOwnFile(this.dataPath(connection, 0))) return true
    return separateSides && this.#isOwnFile(this.dataPath(connection, 1))
  }

  #isOwnFile(path: string): boolean {
    const stats = fs.lstatSync(path, { throwIfNoEntry: false })
    return stats !== undefined && stats.ctimeMs >= this.#options.runMarkerMs
  }

  #grow(connection: number): void {
    const rows = grownRows(this.#oppositeOrdinals.length, connection + 1)
    this.#oppositeOrdinals = grown(this.#oppositeOrdinals, rows)
    this.#isUnsure = grown(this.#isUnsure, rows)
  }
}
