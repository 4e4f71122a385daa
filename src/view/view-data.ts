import type { Row } from '../report/report-data.js'

/** Direction of payload: 0 from the originator, 1 from the responder, null when the file does not tell. */
export type Side = 0 | 1 | null

/** How the run wrote chunks: without boundaries, with headers (`-d`), or as JSON lines (`-j`). */
export type ChunkStyle = 'plain' | 'headers' | 'json'

/** All that is needed to continue reading a conversation. */
export interface ReadingState {
  /** Positions of the current chunk in the file or files. */
  readonly positions: readonly [number, number]
  /** Bytes of that chunk already read. */
  readonly inChunk: number
  /** Offsets in the half-streams, counting lost bytes; only the first is used when sides are unknown. */
  readonly offsets: readonly [number, number]
}

/** A row of the table. Strings from captures and files are untrusted. */
export interface TableRow extends Omit<Row, 'uid' | 'origFile' | 'respFile'> {
  /** Number of the connection in the index, from 0. */
  readonly row: number
}

/** The answer of `api/connections`: a part of the table. */
export interface TablePart {
  /** Connections loaded so far. */
  readonly total: number
  /** True when loading has ended. */
  readonly isLoaded: boolean
  /** True when it is known where packets are, so that they can be shown and saved. */
  readonly hasMap: boolean
  /** Most connections that can be saved at once. */
  readonly mostSaved: number
  /** Why the index is incomplete: a failure, or too many connections; null when it is not. */
  readonly problem: string | null
  /** Number of matching connections so far. */
  readonly matching: number
  /** Progress of the payload search; null without one. */
  readonly search: { readonly searched: number; readonly of: number; readonly unreadable: number } | null
  /** Values to offer in the filters. */
  readonly protocols: readonly string[]
  readonly states: readonly string[]
  readonly services: readonly string[]
  readonly rows: readonly TableRow[]
}

/** The answer of `api/connection`. */
export interface ConnectionDetails {
  /** The whole index record. */
  readonly record: Readonly<Record<string, unknown>>
  /** How the files hold the conversation; null without a file. */
  readonly files: {
    readonly style: ChunkStyle
    readonly isSeparate: boolean
    readonly areSidesKnown: boolean
    readonly isConversation: boolean
    readonly size: number
  } | null
  /** Why the files cannot be read, or what they lack; null when they can. */
  readonly problem: string | null
}

/** The answer of `api/conversation`: a part of a conversation. */
export interface ConversationPart {
  readonly pieces: readonly SentPiece[]
  /** The state to continue from; null at the end. */
  readonly next: ReadingState | null
}

/** A {@link Piece} as sent to the page; `data` is base64. */
export type SentPiece =
  | {
      readonly kind: 'data'
      readonly side: Side
      readonly time: string | null
      readonly offset: number
      readonly isContinued: boolean
      readonly data: string
    }
  | { readonly kind: 'gap'; readonly side: Side; readonly length: number }

/** A packet of a connection, or a record with a fragment of the next one. */
export interface PacketRow {
  /** Seconds since 1970 as a decimal string. */
  readonly time: string
  /** Who sent it. */
  readonly side: 0 | 1
  /** Letters of its TCP flags; null: it is no TCP segment. */
  readonly flags: string | null
  readonly bytes: number
  /** Where its payload stands in the stream of its side; null: not known, or it has none. */
  readonly offset: number | null
  /** What became of its bytes; empty: it has brought none. */
  readonly became: string
  /** Path of the capture, the number of the frame in it, from 1 (null: not known), and where its record begins. */
  readonly capture: string
  readonly number: number | null
  readonly position: number
}

/** The answer of `api/packets`. */
export interface PacketPart {
  readonly packets: readonly PacketRow[]
  /** True when there are more. */
  readonly isMore: boolean
  /** What the connection lacks; null: nothing. */
  readonly problem: string | null
}

/** What connections are saved as: files as they are, JSON lines, or their packets as pcapng. */
export const EXPORT_FORMS = ['payload', 'json', 'pcap'] as const
export type ExportForm = (typeof EXPORT_FORMS)[number]

/** Most connections that are saved at once. */
export const MOST_SAVED = 1000

/** The answer of `api/export` with `check=1`. */
export interface ExportCheck {
  /** Connections that can be had. */
  readonly ready: number
  /** Why others cannot; null: all can. */
  readonly problem: string | null
}
