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
