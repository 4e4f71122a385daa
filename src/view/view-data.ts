import type { Row } from '../report/report-data.js'

/** Which direction: 0 the originator's, 1 the responder's; null where the file doesn't tell. */
export type Side = 0 | 1 | null

/** How a run wrote its chunks: with nothing between them, with headers (`-d`), as JSON lines (`-j`). */
export type ChunkStyle = 'plain' | 'headers' | 'json'

/** Where reading stands: all that is needed to go on. */
export interface ReadingState {
  /** In the file or files, of the chunk that is read. */
  readonly positions: readonly [number, number]
  /** Bytes of that chunk that are done. */
  readonly inChunk: number
  /** Offsets in the half-streams, lost bytes among them; [0] where sides are not known. */
  readonly offsets: readonly [number, number]
}

/** A connection of the table. Texts come from captures and files: nothing about them is sure. */
export interface TableRow extends Omit<Row, 'uid' | 'origFile' | 'respFile'> {
  /** Its number in the index, from 0. */
  readonly row: number
}

/** A part of the table: `api/connections`. */
export interface TablePart {
  /** Connections of the index that are known by now. */
  readonly total: number
  /** No more will come. */
  readonly isLoaded: boolean
  /** What went wrong with the index, or that it has more connections than can be held; null: nothing. */
  readonly problem: string | null
  /** Connections that match, by now. */
  readonly matching: number
  /** With a text to look for in the payload: how far that is. */
  readonly search: { readonly searched: number; readonly of: number; readonly unreadable: number } | null
  /** Values of the columns to choose from. */
  readonly protocols: readonly string[]
  readonly states: readonly string[]
  readonly rows: readonly TableRow[]
}

/** A connection: `api/connection`. */
export interface ConnectionDetails {
  /** The index record as it stands in the file. */
  readonly record: Readonly<Record<string, unknown>>
  /** How its files hold the conversation; null: there is none. */
  readonly files: {
    readonly style: ChunkStyle
    readonly isSeparate: boolean
    readonly areSidesKnown: boolean
    readonly isConversation: boolean
    readonly size: number
  } | null
  /** Why its files cannot be read; null: they can. */
  readonly problem: string | null
}

/** A part of a conversation: `api/conversation`. */
export interface ConversationPart {
  readonly pieces: readonly SentPiece[]
  /** Where to go on; null: this was the end. */
  readonly next: ReadingState | null
}

/** A piece as it is sent; bytes as base64. */
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
