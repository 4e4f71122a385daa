import type { ConnectionList, NumberColumn, WordColumn } from './connection-list.js'
import { NUMBER_COLUMNS, WORD_COLUMNS } from './connection-list.js'

const MAX_TEXT = 1000

/** Filters and sort order of the table. */
export interface ConnectionQuery {
  /** Substring of either side's address; empty for any. */
  readonly host: string
  /** Port of either side; null for any. */
  readonly port: number | null
  readonly proto: string
  readonly state: string
  readonly service: string
  /** Substring of the server's name; empty for any. */
  readonly name: string
  /** Bounds of the payload bytes of both sides together, inclusive. */
  readonly minBytes: number
  readonly maxBytes: number
  /** True to select only connections with gaps or conflicts. */
  readonly isDamaged: boolean
  /** Text that the payload must contain; empty for any payload. */
  readonly text: string
  readonly sort: NumberColumn | WordColumn
  readonly isDescending: boolean
}

/** Reads a query from URL parameters. @returns Null when a parameter is invalid. */
export function connectionQuery(parameters: URLSearchParams): ConnectionQuery | null {
  const text = (name: string) => (parameters.get(name) ?? '').slice(0, MAX_TEXT)
  const number = (name: string, otherwise: number) => {
    const given = text(name)
    return given === '' ? otherwise : /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN
  }
  const port = number('port', -1)
  const minBytes = number('min', 0)
  const maxBytes = number('max', Number.POSITIVE_INFINITY)
  const sort = [...NUMBER_COLUMNS, ...WORD_COLUMNS].find((name) => name === (parameters.get('sort') ?? 'ts'))
  if ([port, minBytes, maxBytes].some(Number.isNaN) || sort === undefined) return null
  return {
    host: text('host').toLowerCase().trim(),
    port: port < 0 ? null : port,
    proto: text('proto'),
    state: text('state'),
    service: text('service'),
    name: text('name').toLowerCase().trim(),
    minBytes,
    maxBytes,
    isDamaged: parameters.get('damaged') === '1',
    text: text('text'),
    sort,
    isDescending: parameters.get('order') === 'desc',
  }
}

/** True when the query selects every connection in index order. */
export function isWholeIndex(query: ConnectionQuery): boolean {
  return query.sort === 'ts' && !query.isDescending && query.text === '' && !hasFilter(query)
}

/** The rows that match the query's filters, in index order. Does not look at `text`. */
export function matchingRows(list: ConnectionList, query: ConnectionQuery): Uint32Array {
  const { count } = list
  const found = new Uint32Array(count)
  if (!hasFilter(query)) return found.map((_, row) => row)
  const isHostWanted = list.hosts.texts.map((text) => text.toLowerCase().includes(query.host))
  const proto = query.proto === '' ? null : list.words.proto.texts.indexOf(query.proto)
  const state = query.state === '' ? null : list.words.state.texts.indexOf(query.state)
  const service = query.service === '' ? null : list.words.service.texts.indexOf(query.service)
  const isNameWanted = list.words.serverName.texts.map((text) => text.toLowerCase().includes(query.name))
  const [services, names] = [list.texts('service'), list.texts('serverName')]
  const [origHosts, respHosts] = [list.texts('origHost'), list.texts('respHost')]
  const [protos, states] = [list.texts('proto'), list.texts('state')]
  const [origPorts, respPorts] = [list.numbers('origPort'), list.numbers('respPort')]
  const [origBytes, respBytes] = [list.numbers('origBytes'), list.numbers('respBytes')]
  const [missed, conflicts] = [list.numbers('missedBytes'), list.numbers('conflicts')]
  let length = 0
  for (let row = 0; row < count; row++) {
    if (proto !== null && protos[row] !== proto) continue
    if (state !== null && states[row] !== state) continue
    if (service !== null && services[row] !== service) continue
    if (!isNameWanted[names[row]!]) continue
    if (query.port !== null && origPorts[row] !== query.port && respPorts[row] !== query.port) continue
    if (query.isDamaged && missed[row]! + conflicts[row]! === 0) continue
    const bytes = origBytes[row]! + respBytes[row]!
    if (bytes < query.minBytes || bytes > query.maxBytes) continue
    if (!isHostWanted[origHosts[row]!] && !isHostWanted[respHosts[row]!]) continue
    found[length] = row
    length += 1
  }
  return found.slice(0, length)
}

/** Sorts rows that are in index order by the query's column. Rows with equal keys stay in index order. */
export function sortRows(list: ConnectionList, query: ConnectionQuery, rows: Uint32Array): Uint32Array {
  const { sort, isDescending } = query
  if (sort === 'ts') return isDescending ? rows.reverse() : rows
  const keys = new Float64Array(list.count)
  if (isWordColumn(sort)) {
    const ranks = list.words[sort].ranks()
    const texts = list.texts(sort)
    for (const row of rows) keys[row] = ranks[texts[row]!]!
  } else {
    keys.set(list.numbers(sort).subarray(0, list.count))
  }
  const sign = isDescending ? -1 : 1
  return rows.sort((a, b) => sign * (keys[a]! - keys[b]!) || a - b)
}

function hasFilter(query: ConnectionQuery): boolean {
  const { host, port, proto, state, service, name, minBytes, maxBytes, isDamaged } = query
  const isBounded = minBytes > 0 || maxBytes < Number.POSITIVE_INFINITY
  const isNamed = [host, proto, state, service, name].some((text) => text !== '')
  return isNamed || port !== null || isBounded || isDamaged
}

function isWordColumn(name: NumberColumn | WordColumn): name is WordColumn {
  return WORD_COLUMNS.some((column) => column === name)
}
