import type { Config } from '../../config/config.js'
import { ConnectionSpeech } from '../../content/connection-speech.js'
import { StreamHashes } from '../../content/stream-hashes.js'
import { ConnectionFlag, type ConnectionTable } from '../../flow/connection-table.js'
import type { StreamSink } from '../../stream/sink.js'
import { shownPath } from '../../system-path.js'
import type { FileNames } from '../files/file-names.js'
import type { CaptureStart } from '../output.js'
import type { UidMaker } from '../uid.js'
import type { WorkerParts } from '../worker-parts.js'
import { CommunityIdMaker } from './community-id.js'
import type { EncapReader, FinishedConnection } from './finished-connection.js'
import { GapLists } from './gap-lists.js'
import { areGapsCut } from './index-fields.js'
import { RowWriter } from './row-writer.js'

/** More than there are numbers of outer headers. */
const ENCAP_IDS = 2 ** 16
/** Pairs of outer headers whose JSON is remembered. */
const MAX_ENCAPS = 4096

/** The settings that decide what a record has. */
export type RecordConfig = Pick<Config, 'limits' | 'service' | 'hash'>

/** Takes a row: the time of the connection's first packet, its uid, and the row, which is valid during the call. */
export type TakeRow = (sec: number, nsec: number, uid: string, row: RowWriter) => void

interface EncapJson {
  readonly tunnels: string
  readonly vlans: string
}

/** Makes the row of each connection of a worker when it has finished. */
export class ConnectionRecords {
  readonly #worker: Pick<WorkerParts, 'fileOf' | 'totals'>
  readonly #table: ConnectionTable
  readonly #uids: Pick<UidMaker, 'uid'>
  readonly #names: Pick<FileNames, 'ordinal'>
  readonly #encaps: EncapReader
  readonly #encapJson = new Map<number, EncapJson>()
  readonly #from: FinishedConnection
  readonly #row = new RowWriter()
  readonly #take: TakeRow
  readonly #speech: ConnectionSpeech | null
  readonly #hashes: StreamHashes | null
  /** The event; null: payload is not looked at. */
  readonly data: StreamSink['data'] | null

  constructor(
    worker: Pick<WorkerParts, 'table' | 'encaps' | 'fileOf' | 'totals'> & {
      readonly uids: Pick<UidMaker, 'uid'>
      readonly names: Pick<FileNames, 'ordinal'>
    },
    { limits, service, hash }: RecordConfig,
    take: TakeRow,
  ) {
    this.#worker = worker
    this.#table = worker.table
    this.#uids = worker.uids
    this.#names = worker.names
    this.#encaps = worker.encaps
    this.#take = take
    this.#speech = service ? new ConnectionSpeech(worker.table, limits.heldContent) : null
    this.#hashes = hash ? new StreamHashes(limits.hashedStreams) : null
    this.data = dataEvent(this.#speech, this.#hashes)
    this.#from = {
      table: worker.table,
      communityIds: new CommunityIdMaker(),
      gaps: new GapLists(limits.indexGaps),
      connection: 0,
      orig: 0,
      resp: 1,
      uid: '',
      ordinal: 1,
      origFile: null,
      respFile: null,
      tunnels: '[]',
      vlans: '[]',
      speech: null,
      origHash: null,
      respHash: null,
      capture: null,
    }
  }

  startCapture({ name }: Pick<CaptureStart, 'name'>): void {
    this.#from.capture = name === null ? null : shownPath(name)
  }

  gap(half: number, streamOffset: number, length: number): void {
    this.#from.gaps.add(half, streamOffset, length)
    this.#speech?.gap(half)
  }

  /** @throws OutputError */
  finished(connection: number): void {
    const { firstSec, firstNsec } = this.#table
    const { fileOf, totals } = this.#worker
    const from = this.#from
    from.connection = connection
    from.orig = 2 * connection
    from.resp = 2 * connection + 1
    from.uid = this.#uids.uid(connection)
    from.ordinal = this.#names.ordinal(connection)
    from.origFile = shownOrNull(fileOf(connection, 0))
    from.respFile = shownOrNull(fileOf(connection, 1))
    const { tunnels, vlans } = this.#encapOf(connection)
    from.tunnels = tunnels
    from.vlans = vlans
    if (areGapsCut(from)) totals.limits.index_gaps += 1
    if (this.#speech !== null) {
      from.speech = this.#speech.finish(connection)
      totals.limits.held_content = this.#speech.refusals
    }
    if (this.#hashes !== null) {
      from.origHash = this.#hashes.finish(from.orig)
      from.respHash = this.#hashes.finish(from.resp)
      totals.limits.hashed_streams = this.#hashes.refusals
    }
    this.#row.write(from)
    from.gaps.forget(from.orig)
    from.gaps.forget(from.resp)
    this.#take(firstSec[connection]!, firstNsec[connection]!, from.uid, this.#row)
  }

  #encapOf(connection: number): EncapJson {
    const { encapId, packets, flags } = this.#table
    const first = 2 * connection + (flags[connection]! & ConnectionFlag.FLIPPED ? 1 : 0)
    const id = encapId[first]!
    const otherId = packets[first ^ 1] === 0 ? id : encapId[first ^ 1]!
    const key = id * ENCAP_IDS + otherId
    let json = this.#encapJson.get(key)
    if (json === undefined) {
      const { vlan, tunnel } = this.#encaps.describe(id)
      const others = id === otherId ? [] : this.#encaps.describe(otherId).vlan
      const ids = [...vlan, ...others.filter((other) => !vlan.includes(other))]
      json = { tunnels: JSON.stringify(tunnel), vlans: JSON.stringify(ids) }
      if (this.#encapJson.size >= MAX_ENCAPS) this.#encapJson.clear()
      this.#encapJson.set(key, json)
    }
    return json
  }
}

function dataEvent(speech: ConnectionSpeech | null, hashes: StreamHashes | null): StreamSink['data'] | null {
  if (hashes === null) return speech === null ? null : speech.data.bind(speech)
  if (speech === null) return hashes.data.bind(hashes)
  return (half, bytes, from, to) => {
    speech.data(half, bytes, from, to)
    hashes.data(half, bytes, from, to)
  }
}

function shownOrNull(path: string | null): string | null {
  return path === null ? null : shownPath(path)
}
