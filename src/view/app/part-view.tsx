import { useMemo } from 'preact/hooks'
import { bytesText, countText } from '../../figures.js'
import { Breakable } from '../../report/app/cells.js'
import { durationText, endpointText, timeText } from '../../report/app/format.js'
import type { TableRow } from '../view-data.js'
import type { StreamPiece } from './api.js'
import { escapedText, hexDump, visibleText } from './byte-text.js'
import type { Part, Run } from './runs.js'

/** How to show payload. */
export type ShowAs = 'text' | 'hex' | 'raw'

interface Props {
  readonly part: Part
  readonly showAs: ShowAs
  readonly row: TableRow
  /** Shows the packets of a piece; null: nothing says where they are. */
  readonly onPackets: ((piece: StreamPiece) => void) | null
}

const SIDE_CLASSES = ['orig', 'resp']

/** Renders a run, a gap or a pause. Payload is only ever rendered as text, never as markup. */
export function PartView({ part, showAs, row, onPackets }: Props) {
  return useMemo(() => {
    if (part.kind === 'pause') return <div class="pause">{durationText(part.seconds)} later</div>
    const side = part.side === null ? 'unknown' : SIDE_CLASSES[part.side]
    if (part.kind === 'gap') {
      return (
        <div class={`gap ${side}`} data-gap={part.length}>
          {countText(part.length)} bytes missing: the capture doesn't have them
        </div>
      )
    }
    return <RunView run={part} showAs={showAs} row={row} onPackets={onPackets} />
  }, [part, showAs, row, onPackets])
}

interface RunProps extends Omit<Props, 'part'> {
  readonly run: Run
}

function RunView({ run, showAs, row, onPackets }: RunProps) {
  const { side, chunks } = run
  const pieceOf = (offset: number, length: number) => () => {
    const isSelecting = document.getSelection()?.isCollapsed === false
    if (side !== null && !isSelecting) onPackets?.({ side, from: offset, to: offset + length })
  }
  const onPiece = onPackets === null || side === null ? null : pieceOf
  const [host, port] = side === 1 ? [row.respHost, row.respPort] : [row.origHost, row.origPort]
  const time = chunks[0]?.time ?? null
  return (
    <div class={`run ${side === null ? 'unknown' : SIDE_CLASSES[side]}`} data-side={side ?? ''}>
      <div class="run-head">
        {side !== null && (
          <b>
            {side === 0 ? '→' : '←'} <Breakable text={endpointText(host, port)} />
          </b>
        )}{' '}
        {time !== null && (
          <span class="dim" title={`${time} s since 1970`}>
            {timeText(Number(time), 6)} (+{(Number(time) - row.ts).toFixed(6)} s)
          </span>
        )}{' '}
        <span class="dim">{bytesText(run.length)}</span>{' '}
        {onPiece !== null && (
          <button
            type="button"
            class="small"
            aria-label={`Packets of ${bytesText(run.length)} at ${countText(run.offset)}`}
            onClick={onPiece(run.offset, run.length)}
          >
            Packets
          </button>
        )}
      </div>
      <pre>{showAs === 'hex' ? hexDump(joined(run), run.offset) : textSpans(run, showAs, onPiece)}</pre>
    </div>
  )
}

// Each chunk has its own element, which shows the chunk's time and size, and by a click its packets.
function textSpans(
  { chunks, offset }: Run,
  showAs: ShowAs,
  onPiece: ((offset: number, length: number) => () => void) | null,
) {
  let at = offset
  return chunks.map(({ bytes, text, time }, i) => {
    const from = at
    at += bytes.length
    return (
      // biome-ignore lint/a11y/noStaticElementInteractions: the button above it does the same for keys
      // biome-ignore lint/a11y/useKeyWithClickEvents: the same
      <span
        key={i}
        class={onPiece === null ? 'chunk' : 'chunk clickable'}
        title={`${time === null ? '' : `${timeText(Number(time), 6)}, `}${bytesText(bytes.length)}`}
        onClick={onPiece?.(from, bytes.length)}
      >
        {showAs === 'raw' ? escapedText(bytes) : visibleText(text)}
      </span>
    )
  })
}

function joined({ chunks, length }: Run): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk.bytes, at)
    at += chunk.bytes.length
  }
  return bytes
}
