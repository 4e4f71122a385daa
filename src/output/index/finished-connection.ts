import type { Speech } from '../../content/speech.js'
import type { ConnectionTable } from '../../flow/connection-table.js'
import type { CommunityIdMaker } from './community-id.js'
import type { GapLists } from './gap-lists.js'

/** The connection whose record is made: what the fields are made from. One object, filled anew for each connection. */
export interface FinishedConnection {
  readonly table: ConnectionTable
  readonly communityIds: CommunityIdMaker
  readonly gaps: GapLists
  /** Its number in `table`, and those of its half-streams. */
  connection: number
  orig: number
  resp: number
  uid: string
  /** Which of the connections with the same second and endpoints it is, from 1. */
  ordinal: number
  /** Paths of its files below the output folder, with `/`; null: there is none. */
  origFile: string | null
  respFile: string | null
  /** Its outer headers, as JSON. */
  tunnels: string
  vlans: string
  /** What is spoken in it; null: nobody looked. */
  speech: Speech | null
  /** SHA-256 of the bytes of its sides; null: there are none, or nobody asked. */
  origHash: string | null
  respHash: string | null
  /** The input; null: all inputs are one capture. */
  capture: string | null
}

/** Describes outer headers by their number, see `EncapTable`. */
export interface EncapReader {
  describe(id: number): { readonly vlan: readonly number[]; readonly tunnel: readonly string[] }
}
