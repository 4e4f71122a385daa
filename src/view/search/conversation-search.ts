import type { Matcher } from '../../search/matcher.js'
import { type Hit, StreamScanner } from '../../search/stream-scanner.js'
import type { ConversationFiles } from '../conversation-files.js'
import { BEGIN, PieceReader } from '../piece-reader.js'
import { recordGaps } from '../record-gaps.js'
import type { Side } from '../view-data.js'

const PIECE_BYTES = 256 * 1024

/** A match in what one side sent. */
export interface SideHit extends Hit {
  /** Null: the file does not tell the sides apart, and the offset is that in the file. */
  readonly side: Side
}

/** Finds a pattern in conversations, one after the other. */
export class ConversationSearch {
  readonly #scanners: readonly [StreamScanner, StreamScanner]
  #take: (hit: SideHit) => void = () => {}
  #side: Side = null

  /** @param context Bytes to show on both sides of a match. */
  constructor(matcher: Matcher, context: number) {
    const scanner = () =>
      new StreamScanner(matcher, context, (hit) => this.#take({ ...hit, side: this.#side }))
    this.#scanners = [scanner(), scanner()]
  }

  /**
   * Searches a conversation. Matches may span its chunks, but not a gap.
   *
   * @param take Gets each match; those of a side in their order.
   * @param isDone Asked between pieces: true to stop.
   * @returns Payload bytes that were searched. @throws InputError
   */
  async search(
    files: ConversationFiles,
    record: Readonly<Record<string, unknown>>,
    take: (hit: SideHit) => void,
    isDone: () => boolean,
  ): Promise<number> {
    let bytes = 0
    this.#take = take
    for (const scanner of this.#scanners) scanner.reset() // the last search may have failed
    for (const of of files.isSeparate ? ([0, 1] as const) : ([null] as const)) {
      const pieces = new PieceReader(files.chunks(of), recordGaps(record), BEGIN, PIECE_BYTES)
      for (let piece = await pieces.next(); piece !== null && !isDone(); piece = await pieces.next()) {
        const scanner = this.#scanners[piece.side ?? 0]
        this.#side = piece.side
        if (piece.kind === 'gap') scanner.end()
        else {
          scanner.add(piece.bytes, piece.offset)
          bytes += piece.bytes.length
        }
      }
      for (const side of [0, 1] as const) {
        if (files.areSidesKnown) this.#side = side
        this.#scanners[side].end()
      }
    }
    return bytes
  }
}
