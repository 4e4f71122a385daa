import { useMemo, useState } from 'preact/hooks'
import { bytesText, countText } from '../../figures.js'
import type { ReportData, Row } from '../report-data.js'
import { Damage, Endpoint } from './cells.js'
import { durationText, endpointText, fileAddress, timeText, visible } from './format.js'
import type { TimeRange } from './timeline.js'
import { type Column, type Sorting, VirtualTable } from './virtual-table.js'

const PRINTED_ROWS = 60

const SORT_VALUES: Readonly<Record<string, (row: Row) => number | string>> = {
  ts: (row) => row.ts,
  duration: (row) => row.duration,
  proto: (row) => row.proto,
  orig: (row) => row.origHost,
  resp: (row) => row.respHost,
  state: (row) => row.state,
  service: (row) => row.service,
  serverName: (row) => row.serverName,
  origBytes: (row) => row.origBytes,
  respBytes: (row) => row.respBytes,
  missed: (row) => row.missedBytes,
  retrans: (row) => row.retransBytes,
  conflicts: (row) => row.conflicts,
  outside: (row) => row.outsideBytes,
}

interface Props {
  readonly data: ReportData
  readonly range: TimeRange | null
}

/** The table of connections, sortable and filterable, with links to the connection files. */
export function ConnectionsPanel({ data, range }: Props) {
  const [text, setText] = useState('')
  const [protocol, setProtocol] = useState('')
  const [isDamagedOnly, setDamagedOnly] = useState(false)
  const [sorting, setSorting] = useState<Sorting>({ key: 'ts', isDescending: false })
  const columns = useMemo(() => columnsOf(data.filesAddress), [data.filesAddress])
  const texts = useMemo(() => data.rows.map(searchText), [data.rows])
  const protocols = useMemo(() => [...new Set(data.rows.map(({ proto }) => proto))].sort(), [data.rows])
  const rows = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/)
    const found = data.rows.filter((row, i) => {
      const isInTime = range === null || (row.ts <= range.to && row.ts + row.duration >= range.from)
      return (
        isInTime &&
        (protocol === '' || row.proto === protocol) &&
        (!isDamagedOnly || row.missedBytes + row.conflicts > 0) &&
        words.every((word) => texts[i]!.includes(word))
      )
    })
    return sorted(found, sorting)
  }, [data.rows, texts, range, protocol, isDamagedOnly, text, sorting])

  return (
    <section class="panel connections" aria-labelledby="connections">
      <div class="head">
        <h2 id="connections">
          {data.areRowsAll ? 'Connections' : 'The largest, the most damaged and the longest connections'}
        </h2>
        <span class="dim" data-shown={rows.length} aria-live="polite">
          {countText(rows.length)} of {countText(data.rows.length)}
        </span>
      </div>
      <div class="filters">
        <input
          type="search"
          aria-label="Filter by address, port, protocol, service, name, state"
          placeholder="Address, port, protocol, service, name, state …"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <label>
          Protocol{' '}
          <select value={protocol} onChange={(event) => setProtocol(event.currentTarget.value)}>
            <option value="">all</option>
            {protocols.map((name) => (
              <option key={name} value={name}>
                {visible(name)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <input
            type="checkbox"
            checked={isDamagedOnly}
            onChange={(event) => setDamagedOnly(event.currentTarget.checked)}
          />
          with gaps or conflicts only
        </label>
      </div>
      <VirtualTable
        label="Connections"
        columns={columns}
        rowCount={rows.length}
        rowAt={(index) => rows[index]}
        sorting={sorting}
        onSort={setSorting}
      />
      <table class="grid print-only">
        <thead>
          <tr>
            {columns.slice(0, -1).map(({ key, title }) => (
              <th key={key}>{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, PRINTED_ROWS).map((row) => (
            <tr key={row.uid}>
              {columns.slice(0, -1).map(({ key, cell }) => (
                <td key={key}>{cell(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function columnsOf(folder: string | null): Column<Row>[] {
  const link = (path: string | null | undefined, title: string) => {
    const address = path && folder !== null ? fileAddress(folder, path) : null
    if (address === null) return null
    return (
      <>
        <a href={address} title={visible(path!)}>
          {title}
        </a>{' '}
      </>
    )
  }
  return [
    { key: 'ts', title: 'Time (UTC)', cell: (row) => timeText(row.ts, 6) },
    { key: 'duration', title: 'Duration', isNumber: true, cell: (row) => durationText(row.duration) },
    { key: 'proto', title: 'Protocol', cell: (row) => visible(row.proto) },
    { key: 'orig', title: 'Originator', cell: (row) => <Endpoint host={row.origHost} port={row.origPort} /> },
    { key: 'resp', title: 'Responder', cell: (row) => <Endpoint host={row.respHost} port={row.respPort} /> },
    { key: 'service', title: 'Service', cell: (row) => visible(row.service) },
    { key: 'serverName', title: 'Server name', cell: (row) => visible(row.serverName) },
    { key: 'state', title: 'State', cell: (row) => visible(row.state) },
    { key: 'origBytes', title: 'Sent', isNumber: true, cell: (row) => bytesText(row.origBytes) },
    { key: 'respBytes', title: 'Received', isNumber: true, cell: (row) => bytesText(row.respBytes) },
    { key: 'missed', title: 'Missing', isNumber: true, cell: (row) => <Damage bytes={row.missedBytes} /> },
    { key: 'retrans', title: 'Again', isNumber: true, cell: (row) => bytesText(row.retransBytes) },
    { key: 'conflicts', title: 'Conflicts', isNumber: true, cell: (row) => <Damage bytes={row.conflicts} /> },
    { key: 'outside', title: 'Outside', isNumber: true, cell: (row) => <Damage bytes={row.outsideBytes} /> },
    {
      key: 'files',
      title: 'Files',
      isSortable: false,
      cell: ({ origFile, respFile }) => {
        if (respFile === undefined) return link(origFile, 'both sides')
        return [link(origFile, 'sent'), link(respFile, 'received')]
      },
    },
  ]
}

function searchText(row: Row): string {
  return [
    row.proto,
    endpointText(row.origHost, row.origPort),
    endpointText(row.respHost, row.respPort),
    row.state,
    row.service,
    row.serverName,
    row.uid,
  ]
    .join(' ')
    .toLowerCase()
}

function sorted(rows: readonly Row[], { key, isDescending }: Sorting): Row[] {
  const sortValue = SORT_VALUES[key]!
  const sign = isDescending ? -1 : 1
  return [...rows].sort((a, b) => {
    const [x, y] = [sortValue(a), sortValue(b)]
    return x === y ? 0 : x < y ? -sign : sign
  })
}
