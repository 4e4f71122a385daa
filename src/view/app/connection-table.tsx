import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { bytesText, countText } from '../../figures.js'
import { Damage, Endpoint } from '../../report/app/cells.js'
import { durationText, endpointText, timeText, visible } from '../../report/app/format.js'
import { type Column, type Sorting, VirtualTable } from '../../report/app/virtual-table.js'
import type { TablePart, TableRow } from '../view-data.js'
import { fetchTable } from './api.js'

const PAGE_ROWS = 200
const POLL_MS = 400
/** Number of pages kept; the least recently fetched page goes first. */
const KEPT_PAGES = 60

interface Props {
  /** Filters as URL parameters. */
  readonly filters: string
  readonly selected: number | null
  readonly onSelect: (row: TableRow) => void
  /** Rows that are marked to be saved. */
  readonly picked: ReadonlySet<number>
  readonly onPick: (row: number) => void
  /** Called with each part of the table that arrives, or with the reason why none can. */
  readonly onState: (state: TablePart | null, problem: string | null) => void
}

/** The table of connections. The server sorts and filters; only visible pages are fetched. */
export function ConnectionTable({ filters, selected, onSelect, picked, onPick, onState }: Props) {
  const [sorting, setSorting] = useState<Sorting>({ key: 'ts', isDescending: false })
  const query = `${filters}&sort=${sorting.key}&order=${sorting.isDescending ? 'desc' : 'asc'}`
  // Made during the first render of a query: rows may be requested, and may arrive, before effects run.
  const { pages, control } = useMemo(
    () => ({ pages: new Map<number, readonly TableRow[]>(), control: new AbortController() }),
    [query],
  )
  const range = useRef({ from: 0, to: 60 })
  const [matching, setMatching] = useState(0)
  const [, redraw] = useState(0)

  const load = useCallback(
    async (isFresh: boolean) => {
      const { signal } = control
      const { from, to } = range.current
      for (let page = Math.floor(from / PAGE_ROWS); page * PAGE_ROWS < Math.max(to, 1); page++) {
        if (!isFresh && pages.has(page)) continue
        if (!isFresh) pages.set(page, []) // marks the page as requested
        const part = await fetchTable(query, page * PAGE_ROWS, PAGE_ROWS, signal)
        if (signal.aborted) return null
        pages.delete(page)
        pages.set(page, part.rows)
        for (const oldest of pages.keys()) if (pages.size > KEPT_PAGES) pages.delete(oldest)
        setMatching(part.matching)
        onState(part, null)
        redraw((count) => count + 1)
        if (isFresh) return part
      }
      return null
    },
    [query],
  )
  const report = useCallback(
    (error: unknown) => {
      if (!control.signal.aborted) onState(null, error instanceof Error ? error.message : String(error))
    },
    [control],
  )

  // For a new query, fetch the first page, and again until the index is loaded and searched.
  useEffect(() => {
    const { signal } = control
    let timer = 0
    const poll = async () => {
      const part = await load(true)
      if (part === null || signal.aborted) return
      const isSearched =
        part.search === null ? !query.includes('&text=') : part.search.searched === part.search.of
      if (!part.isLoaded || !isSearched) timer = window.setTimeout(() => poll().catch(report), POLL_MS)
      else {
        // Pages fetched earlier may come from an incomplete order.
        const seen = Math.floor(range.current.from / PAGE_ROWS)
        for (const page of pages.keys()) if (page !== seen) pages.delete(page)
        await load(false)
      }
    }
    poll().catch(report)
    return () => {
      control.abort()
      clearTimeout(timer)
    }
  }, [query, load])

  const onRange = useCallback(
    (from: number, to: number) => {
      range.current = { from, to }
      load(false).catch(report)
    },
    [load],
  )
  const columns = useMemo(() => [pickColumn(picked, onPick), ...COLUMNS], [picked, onPick])
  const rowAt = (index: number) => pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS]
  return (
    <VirtualTable
      key={query}
      label="Connections"
      columns={columns}
      rowCount={matching}
      rowAt={rowAt}
      onRange={onRange}
      sorting={sorting}
      onSort={setSorting}
      isSelected={(row) => row.row === selected}
      onSelect={(index) => {
        const row = rowAt(index)
        if (row !== undefined) onSelect(row)
      }}
      onToggle={(index) => {
        const row = rowAt(index)
        if (row !== undefined) onPick(row.row)
      }}
    />
  )
}

// Keys mark a row with the space bar.
function pickColumn(picked: ReadonlySet<number>, onPick: (row: number) => void): Column<TableRow> {
  return {
    key: 'pick',
    title: 'Save',
    isSortable: false,
    cell: ({ row, origHost, origPort, respHost, respPort }) => (
      <input
        type="checkbox"
        tabIndex={-1}
        aria-label={visible(
          `Select ${endpointText(origHost, origPort)} to ${endpointText(respHost, respPort)}`,
        )}
        checked={picked.has(row)}
        onClick={(event) => event.stopPropagation()}
        onChange={() => onPick(row)}
      />
    ),
  }
}

const COLUMNS: readonly Column<TableRow>[] = [
  { key: 'ts', title: 'Time (UTC)', cell: (row) => timeText(row.ts, 6) },
  { key: 'duration', title: 'Duration', isNumber: true, cell: (row) => durationText(row.duration) },
  { key: 'proto', title: 'Protocol', cell: (row) => visible(row.proto) },
  {
    key: 'origHost',
    title: 'Originator',
    cell: (row) => <Endpoint host={row.origHost} port={row.origPort} />,
  },
  {
    key: 'respHost',
    title: 'Responder',
    cell: (row) => <Endpoint host={row.respHost} port={row.respPort} />,
  },
  { key: 'service', title: 'Service', cell: (row) => visible(row.service) },
  { key: 'serverName', title: 'Server name', cell: (row) => visible(row.serverName) },
  { key: 'state', title: 'State', cell: (row) => visible(row.state) },
  { key: 'packets', title: 'Packets', isNumber: true, cell: (row) => countText(row.packets) },
  { key: 'origBytes', title: 'Sent', isNumber: true, cell: (row) => bytesText(row.origBytes) },
  { key: 'respBytes', title: 'Received', isNumber: true, cell: (row) => bytesText(row.respBytes) },
  { key: 'missedBytes', title: 'Missing', isNumber: true, cell: (row) => <Damage bytes={row.missedBytes} /> },
  { key: 'retransBytes', title: 'Again', isNumber: true, cell: (row) => bytesText(row.retransBytes) },
  { key: 'conflicts', title: 'Conflicts', isNumber: true, cell: (row) => <Damage bytes={row.conflicts} /> },
  {
    key: 'outsideBytes',
    title: 'Outside',
    isNumber: true,
    cell: (row) => <Damage bytes={row.outsideBytes} />,
  },
]
