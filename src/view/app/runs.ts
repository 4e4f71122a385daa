import type { SentPiece } from '../view-data.js'

/** Shortest time between two chunks that is shown as a pause. */
export const PAUSE_SECONDS = 1
/** Most bytes of a run: a full run need not be rendered again when more payload arrives. */
const MAX_RUN_BYTES = 64 * 1024

/** A chunk, or the part of a chunk that belongs to a run. */
export interface RunChunk {
  readonly bytes: Uint8Array
  /** Decoded as a continuation of the side's earlier chunks, because a character may span several. */
  readonly text: string
  /** Seconds since 1970 as a decimal string; null when unknown. */
  readonly time: string | null
}

/** Consecutive payload of one side, ended by the other side, a pause, a gap or the size limit. */
export interface Run {
  readonly kind: 'run'
  readonly key: number
  readonly side: 0 | 1 | null
  readonly offset: number
  readonly length: number
  readonly chunks: readonly RunChunk[]
}

/** A part of a conversation as it is rendered. */
export type Part =
  | Run
  | { readonly kind: 'gap'; readonly key: number; readonly side: 0 | 1 | null; readonly length: number }
  | { readonly kind: 'pause'; readonly key: number; readonly seconds: number }

/** Joins the pieces of a conversation into parts to render, as the pieces arrive. */
export class RunBuilder {
  readonly #isByChunk: boolean
  readonly #decoders = [new TextDecoder(), new TextDecoder()]
  readonly #parts: Part[] = []
  #lastTime: string | null = null
  #key = 0

  /** @param isByChunk True to make every chunk a run of its own. */
  constructor(isByChunk: boolean) {
    this.#isByChunk = isByChunk
  }

  /** All parts so far, as a new list each time; unchanged parts are the same objects. */
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
