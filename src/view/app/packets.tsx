import { useEffect, useRef, useState } from 'preact/hooks'
import { bytesText, countText } from '../../figures.js'
import { countedText, timeText, visible } from '../../report/app/format.js'
import type { PacketPart, PacketRow } from '../view-data.js'
import { fetchPackets, type StreamPiece } from './api.js'

interface Props {
  readonly row: number
  /** Null: all packets of the connection. */
  readonly piece: StreamPiece | null
  readonly onClose: () => void
}

/** The packets of a piece of a conversation: where they stand, and what became of their bytes. */
export function Packets({ row, piece, onClose }: Props) {
  const [packets, setPackets] = useState<readonly PacketRow[]>([])
  const [last, setLast] = useState<PacketPart | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const control = useRef(new AbortController())
  const section = useRef<HTMLElement>(null)
  const load = async (known: readonly PacketRow[]) => {
    const { signal } = control.current
    try {
      const part = await fetchPackets(row, piece, known.length, signal)
      setPackets([...known, ...part.packets])
      setLast(part)
      setProblem(part.problem)
    } catch (error) {
      if (!signal.aborted) setProblem(error instanceof Error ? error.message : String(error))
    }
  }
  useEffect(() => {
    section.current?.focus()
    void load([])
    return () => control.current.abort()
  }, [])
  const title =
    piece === null
      ? 'All packets'
      : `Packets of ${bytesText(piece.to - piece.from)} ${piece.side === 0 ? 'sent' : 'received'} at ${countText(piece.from)}`
  return (
    <section
      class="packets"
      ref={section}
      aria-label={title}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and takes Escape
      tabIndex={0}
      data-loaded={last !== null}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
      }}
    >
      <div class="packets-head">
        <b>{title}</b>
        <span class="dim" aria-live="polite">
          {last === null && problem === null
            ? 'reading the captures'
            : countedText(packets.length, 'packet') + (last?.isMore ? ' so far' : '')}
        </span>
        <button type="button" onClick={onClose} aria-label="Close the packets">
          ✕
        </button>
      </div>
      {problem !== null && <p class="problem">{visible(problem)}</p>}
      {packets.length > 0 && <PacketTable packets={packets} />}
      {last?.isMore && (
        <button type="button" onClick={() => void load(packets)}>
          Show more
        </button>
      )}
    </section>
  )
}

function PacketTable({ packets }: { packets: readonly PacketRow[] }) {
  return (
    <table class="facts">
      <thead>
        <tr>
          {['Time (UTC)', 'From', 'Flags', 'Bytes', 'Offset', 'Became', 'Capture', 'Number', 'At byte'].map(
            (name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>
        {packets.map((packet, i) => (
          <tr key={i} class={isGood(packet) ? '' : 'odd'}>
            <td title={`${packet.time} s since 1970`}>{timeText(Number(packet.time), 6)}</td>
            <td class={packet.side === 0 ? 'orig' : 'resp'}>
              {packet.side === 0 ? '→ originator' : '← responder'}
            </td>
            <td>{packet.flags ?? ''}</td>
            <td>{countText(packet.bytes)}</td>
            <td>{packet.offset === null ? '' : countText(packet.offset)}</td>
            <td>{packet.became}</td>
            <td class="mono">{visible(packet.capture)}</td>
            <td>{packet.number === null ? '' : countText(packet.number)}</td>
            <td>{countText(packet.position)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** True for a packet whose bytes came once, in order. */
function isGood({ became }: PacketRow): boolean {
  return !/repeated|conflicting|outside|gap|duplicate/.test(became)
}
