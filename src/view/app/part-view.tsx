import { useMemo } from 'preact/hooks'
import { bytesText, countText } from '../../figures.js'
import { Breakable } from '../../report/app/cells.js'
import { durationText, endpointText, timeText } from '../../report/app/format.js'
import type { TableRow } from '../view-data.js'
import { escapedText, hexDump, visibleText } from './byte-text.js'
import type { Part, Run } from './runs.js'

/** How to show payload. */
export type ShowAs = 'text' | 'hex' | 'raw'

interface Props {
  readonly part: Part
  readonly showAs: ShowAs
  readonly row: TableRow
}

const SIDE_CLASSES = ['orig', 'resp']

/** Renders a run, a gap or a pause. Payload is only ever rendered as text, never as markup. */
export function PartView({ part, showAs, row }: Props) {
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
    return <RunView run={part} showAs={showAs} row={row} />
  }, [part, showAs, row])
}

function RunView({ run, showAs, row }: { run: Run; showAs: ShowAs; row: TableRow }) {
  const { side, chunks } = run
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
        <span class="dim">{bytesText(run.length)}</span>
      </div>
      <pre>{showAs === 'hex' ? hexDump(joined(run), run.offset) : textSpans(run, showAs)}</pre>
    </div>
  )
}

// Each chunk has its own element, which shows the chunk's time and size.
function textSpans({ chunks }: Run, showAs: ShowAs) {
  return chunks.map(({ bytes, text, time }, i) => (
    <span
      key={i}
      class="chunk"
      title={`${time === null ? '' : `${timeText(Number(time), 6)}, `}${bytesText(bytes.length)}`}
    >
      {showAs === 'raw' ? escapedText(bytes) : visibleText(text)}
    </span>
  ))
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
