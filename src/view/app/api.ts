import type {
  ConnectionDetails,
  ConversationPart,
  ExportCheck,
  ExportForm,
  PacketPart,
  ReadingState,
  TablePart,
} from '../view-data.js'

/** Bytes of one side's stream. */
export interface StreamPiece {
  readonly side: 0 | 1
  readonly from: number
  readonly to: number
}

/** Fetches JSON from the server. @throws Error with the server's message, or with the status when it has none. */
async function ask<T>(path: string, parameters: URLSearchParams, signal: AbortSignal): Promise<T> {
  const response = await fetch(`api/${path}?${parameters}`, { signal })
  if (response.ok) return (await response.json()) as T
  const said = (await response.json().catch(() => null)) as { problem?: unknown } | null
  throw new Error(
    typeof said?.problem === 'string' ? said.problem : `The server answered with ${response.status}`,
  )
}

/** Fetches rows `[from, from + count)` of the table. @param query Filters and sort order as URL parameters. */
export function fetchTable(
  query: string,
  from: number,
  count: number,
  signal: AbortSignal,
): Promise<TablePart> {
  const parameters = new URLSearchParams(query)
  parameters.set('from', `${from}`)
  parameters.set('count', `${count}`)
  return ask('connections', parameters, signal)
}

export function fetchConnection(row: number, signal: AbortSignal): Promise<ConnectionDetails> {
  return ask('connection', new URLSearchParams({ row: `${row}` }), signal)
}

export function fetchConversation(
  row: number,
  side: 0 | 1 | null,
  at: ReadingState | null,
  signal: AbortSignal,
): Promise<ConversationPart> {
  const parameters = new URLSearchParams({ row: `${row}` })
  if (side !== null) parameters.set('side', `${side}`)
  if (at !== null) parameters.set('at', [...at.positions, at.inChunk, ...at.offsets].join(','))
  return ask('conversation', parameters, signal)
}

/** The download URL of one side of a connection, or of its whole file when `side` is null. */
export function payloadAddress(row: number, side: 0 | 1 | null): string {
  return `api/payload?row=${row}${side === null ? '' : `&side=${side}`}`
}

/** Fetches packets of a connection. @param piece Null for all. @param skip Number of packets that are known. */
export function fetchPackets(
  row: number,
  piece: StreamPiece | null,
  skip: number,
  signal: AbortSignal,
): Promise<PacketPart> {
  const parameters = new URLSearchParams({ row: `${row}`, skip: `${skip}` })
  for (const [name, value] of Object.entries(piece ?? {})) parameters.set(name, `${value}`)
  return ask('packets', parameters, signal)
}

/** Asks whether connections can be saved. */
export function checkExport(rows: readonly number[], form: ExportForm): Promise<ExportCheck> {
  const parameters = new URLSearchParams({ rows: rows.join(','), form, check: '1' })
  return ask('export', parameters, new AbortController().signal)
}

/** The download URL of connections. */
export function exportAddress(rows: readonly number[], form: ExportForm): string {
  return `api/export?rows=${rows.join(',')}&form=${form}`
}
