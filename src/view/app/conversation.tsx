import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { bytesText, countText } from '../../figures.js'
import { Endpoint } from '../../report/app/cells.js'
import { countedText, visible } from '../../report/app/format.js'
import type { ConnectionDetails, ExportForm, ReadingState, SentPiece, TableRow } from '../view-data.js'
import { fetchConnection, fetchConversation, payloadAddress, type StreamPiece } from './api.js'
import { Packets } from './packets.js'
import { PartView, type ShowAs } from './part-view.js'
import { type Part, RunBuilder } from './runs.js'
import { SaveButtons } from './save-buttons.js'

/** Payload bytes fetched before the user must press "Show more". */
const AUTOMATIC_BYTES = 16 * 1024 * 1024
const SHOW_AS: readonly ShowAs[] = ['text', 'hex', 'raw']

interface Props {
  readonly row: TableRow
  /** True when packets can be shown and saved. */
  readonly hasMap: boolean
  readonly onClose: () => void
}

/** One connection: its index record and its payload. */
export function Conversation({ row, hasMap, onClose }: Props) {
  const [details, setDetails] = useState<ConnectionDetails | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [showAs, setShowAs] = useState<ShowAs>('text')
  const [isByChunk, setByChunk] = useState(false)
  const [side, setSide] = useState<0 | 1 | null>(null)
  const [shown, setShown] = useState<StreamPiece | 'all' | null>(null)
  const onPackets = useCallback((piece: StreamPiece) => setShown(piece), [])

  useEffect(() => {
    const control = new AbortController()
    fetchConnection(row.row, control.signal).then(
      (found) => {
        setDetails(found)
        setProblem(found.problem)
        if (found.files !== null && !found.files.isConversation) setSide(0)
      },
      (error: Error) => {
        if (!control.signal.aborted) setProblem(error.message)
      },
    )
    return () => control.abort()
  }, [row.row])

  const files = details?.files ?? null
  return (
    <section class="conversation" aria-label="Conversation">
      <header>
        <div class="title">
          <span class="orig">
            <Endpoint host={row.origHost} port={row.origPort} />
          </span>
          <span aria-hidden="true"> ⇄ </span>
          <span class="resp">
            <Endpoint host={row.respHost} port={row.respPort} />
          </span>{' '}
          <span class="dim">
            {visible(row.proto)}, {visible(row.state)}, {bytesText(row.origBytes)} sent,{' '}
            {bytesText(row.respBytes)} received
          </span>
        </div>
        <div class="tools">
          {SHOW_AS.map((name) => (
            <button key={name} type="button" aria-pressed={showAs === name} onClick={() => setShowAs(name)}>
              {name === 'hex' ? 'Hex' : name === 'raw' ? 'Raw' : 'Text'}
            </button>
          ))}
          {files?.areSidesKnown && <Sides side={side} hasBoth={files.isConversation} onSide={setSide} />}
          {files !== null && files.style !== 'plain' && (
            <label>
              <input
                type="checkbox"
                checked={isByChunk}
                onChange={(event) => setByChunk(event.currentTarget.checked)}
              />
              each chunk
            </label>
          )}
          {files !== null && <Downloads row={row.row} areSidesKnown={files.areSidesKnown} />}
          <SaveButtons rows={[row.row]} what="this connection" forms={formsOf(files, hasMap)} />
          {hasMap && (
            <button type="button" aria-pressed={shown === 'all'} onClick={() => setShown('all')}>
              All packets
            </button>
          )}
          <button type="button" onClick={onClose} aria-label="Close the conversation">
            ✕
          </button>
        </div>
      </header>
      <Notes details={details} row={row} />
      {problem !== null && <p class="problem">{visible(problem)}</p>}
      {details !== null && files === null && problem === null && (
        <p class="note">This connection has no file: it carried no payload, or the run wrote none.</p>
      )}
      {shown !== null && (
        <Packets
          key={shown === 'all' ? shown : `${shown.side} ${shown.from} ${shown.to}`}
          row={row.row}
          piece={shown === 'all' ? null : shown}
          onClose={() => setShown(null)}
        />
      )}
      {files !== null && (
        <Parts
          key={`${files.isConversation ? '' : side} ${isByChunk}`}
          row={row}
          fileSide={files.isConversation ? null : side}
          shownSide={side}
          showAs={showAs}
          isByChunk={isByChunk}
          onPackets={hasMap ? onPackets : null}
        />
      )}
    </section>
  )
}

interface SidesProps {
  readonly side: 0 | 1 | null
  readonly hasBoth: boolean
  readonly onSide: (side: 0 | 1 | null) => void
}

function Sides({ side, hasBoth, onSide }: SidesProps) {
  const choices = [[null, 'Both'] as const, [0, 'Sent'] as const, [1, 'Received'] as const]
  return (
    <span class="group">
      {choices.slice(hasBoth ? 0 : 1).map(([value, title]) => (
        <button key={title} type="button" aria-pressed={side === value} onClick={() => onSide(value)}>
          {title}
        </button>
      ))}
    </span>
  )
}

function Downloads({ row, areSidesKnown }: { row: number; areSidesKnown: boolean }) {
  if (!areSidesKnown) {
    return (
      <a href={payloadAddress(row, null)} download>
        Save file
      </a>
    )
  }
  return (
    <>
      <a href={payloadAddress(row, 0)} download>
        Save sent
      </a>
      <a href={payloadAddress(row, 1)} download>
        Save received
      </a>
    </>
  )
}

function Notes({ details, row }: { details: ConnectionDetails | null; row: TableRow }) {
  const files = details?.files ?? null
  return (
    <>
      {files !== null && !files.areSidesKnown && (
        <p class="note">
          The run wrote both sides into one file without marks, so they are not told apart here. With -j, -d
          or -s they are.
        </p>
      )}
      {row.conflicts > 0 && (
        <p class="note">
          {countText(row.conflicts)} bytes came again with other content. The files have the copy that won
          (--overlap); they don't say where.
        </p>
      )}
      {row.outsideBytes > 0 && (
        <p class="note">
          {countText(row.outsideBytes)} captured bytes are no part of the streams: before a start, behind a
          FIN, text of a RST, or confirmed by nothing.
        </p>
      )}
      {row.copies > 0 && (
        <p class="note">
          {countedText(row.copies, 'packet')} captured twice (--dedup): the copies were left out.
        </p>
      )}
      {details !== null && (
        <details class="record">
          <summary>Index record</summary>
          <table class="facts">
            <tbody>
              {Object.entries(details.record).map(([name, value]) => (
                <tr key={name}>
                  <th scope="row">{visible(name)}</th>
                  <td class="mono">{visible(typeof value === 'string' ? value : JSON.stringify(value))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </>
  )
}

function formsOf(files: ConnectionDetails['files'], hasMap: boolean): ExportForm[] {
  const hasJson = files !== null && (hasMap || files.style === 'json')
  return [...(hasJson ? (['json'] as const) : []), ...(hasMap ? (['pcap'] as const) : [])]
}

interface PartsProps {
  readonly row: TableRow
  /** The side whose file is read; null for both sides' files, or for one file with both sides. */
  readonly fileSide: 0 | 1 | null
  /** The side whose parts are shown; null for both. */
  readonly shownSide: 0 | 1 | null
  readonly showAs: ShowAs
  readonly isByChunk: boolean
  readonly onPackets: ((piece: StreamPiece) => void) | null
}

/** The parts of a conversation, fetched as the user scrolls. */
function Parts({ row, fileSide, shownSide, showAs, isByChunk, onPackets }: PartsProps) {
  const builder = useRef(new RunBuilder(isByChunk))
  const [parts, setParts] = useState<readonly Part[]>([])
  const [next, setNext] = useState<ReadingState | null | 'begin'>('begin')
  const [problem, setProblem] = useState<string | null>(null)
  const [allowed, setAllowed] = useState(AUTOMATIC_BYTES)
  const loaded = useRef(0)
  const isLoading = useRef(false)
  const control = useRef(new AbortController())
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => () => control.current.abort(), [])

  const load = async () => {
    if (isLoading.current || next === null || loaded.current >= allowed) return
    isLoading.current = true
    const { signal } = control.current
    try {
      const part = await fetchConversation(row.row, fileSide, next === 'begin' ? null : next, signal)
      for (const piece of part.pieces) builder.current.add(piece)
      loaded.current += part.pieces.reduce((sum, piece) => sum + lengthOf(piece), 0)
      setParts(builder.current.parts)
      setNext(part.next)
    } catch (error) {
      if (!signal.aborted) setProblem(error instanceof Error ? error.message : String(error))
    } finally {
      isLoading.current = false
    }
  }
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) void load()
      },
      { rootMargin: '600px' },
    )
    observer.observe(end.current!)
    return () => observer.disconnect()
  }, [next, allowed])

  const isFull = next !== null && next !== 'begin' && loaded.current >= allowed
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <div class="parts" tabIndex={0} data-loaded={next === null ? 'all' : 'part'}>
      {parts
        .filter((part) => part.kind === 'pause' || shownSide === null || part.side === shownSide)
        .map((part) => (
          <PartView key={part.key} part={part} showAs={showAs} row={row} onPackets={onPackets} />
        ))}
      <div ref={end} class="end dim">
        {problem !== null && <p class="problem">{visible(problem)}</p>}
        {isFull && (
          <button type="button" onClick={() => setAllowed(allowed + AUTOMATIC_BYTES)}>
            {bytesText(loaded.current)} shown. Show more
          </button>
        )}
        {next === null && problem === null && 'End'}
      </div>
    </div>
  )
}

function lengthOf(piece: SentPiece): number {
  return piece.kind === 'data' ? piece.data.length * 0.75 : 0
}
