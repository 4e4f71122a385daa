import type { SentPiece } from '../view-data.js'

/** Time without a chunk that is marked. */
export const PAUSE_SECONDS = 1
/** A run is ended here, so that what was drawn before stays as it is while more comes. */
const MAX_RUN_BYTES = 64 * 1024

/** A chunk, or the part of it that stands in a run. */
export interface RunChunk {
  readonly bytes: Uint8Array
  /** Decoded with the chunks before it on its side: a character may be spread over several. */
  readonly text: string
  /** Seconds since 1970 as decimal digits, where known. */
  readonly time: string | null
}

/** What one side said before the other did, a pause, or a gap. */
export interface Run {
  readonly kind: 'run'
  readonly key: number
  readonly side: 0 | 1 | null
  readonly offset: number
  readonly length: number
  readonly chunks: readonly RunChunk[]
}

/** A part of a conversation as it is drawn. */
export type Part =
  | Run
  | { readonly kind: 'gap'; readonly key: number; readonly side: 0 | 1 | null; readonly length: number }
  | { readonly kind: 'pause'; readonly key: number; readonly seconds: number }

/** Puts the pieces of a conversation together for drawing, as they come. */
export class RunBuilder {
  readonly #isByChunk: boolean
  readonly #decoders = [new TextDecoder(), new TextDecoder()]
  readonly #parts: Part[] = []
  #lastTime: string | null = null
  #key = 0

  /** @param isByChunk Every chunk is a run of its own. */
  constructor(isByChunk: boolean) {
    this.#isByChunk = isByChunk
  }

  /** All parts so far. A new list, with the same parts where nothing changed. */
  get parts(): readonly Part[] {
    return [...this.#parts]
  }

  add(piece: SentPiece): void {
    if (piece.kind === 'gap') {
      this.#decoders[piece.side ?? 0] = new TextDecoder()
      this.#parts.push({ kind: 'gap', key: this.#nextKey(), side: piece.side, length: piece.length })
      return
    }
    const isPause = this.#notePause(piece.time)
    const bytes = Uint8Array.from(atob(piece.data), (character) => character.charCodeAt(0))
    const text = this.#decoders[piece.side ?? 0]!.decode(bytes, { stream: true })
    const chunk = { bytes, text, time: piece.time }
    const last = this.#parts.at(-1)
    const isSame = last?.kind === 'run' && last.side === piece.side && !isPause
    const goesOn = piece.isContinued || !this.#isByChunk
    if (isSame && goesOn && last.length < MAX_RUN_BYTES) {
      const length = last.length + bytes.length
      this.#parts[this.#parts.length - 1] = { ...last, length, chunks: [...last.chunks, chunk] }
    } else {
      const { side, offset } = piece
      this.#parts.push({
        kind: 'run',
        key: this.#nextKey(),
        side,
        offset,
        length: bytes.length,
        chunks: [chunk],
      })
    }
  }

  #notePause(time: string | null): boolean {
    if (time === null) return false
    const seconds = this.#lastTime === null ? 0 : Number(time) - Number(this.#lastTime)
    this.#lastTime = time
    if (seconds < PAUSE_SECONDS) return false
    this.#parts.push({ kind: 'pause', key: this.#nextKey(), seconds })
    return true
  }

  #nextKey(): number {
    this.#key += 1
    return this.#key
  }
}
