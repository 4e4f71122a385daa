import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { appFile } from '../report/page.js'
import type { Asked } from './access.js'
import type { ConnectionParts } from './connection-parts.js'
import { connectionQuery } from './connection-query.js'
import type { Exports } from './exports.js'
import type { PacketParts } from './packet-parts.js'
import type { TableParts } from './table-parts.js'
import { EXPORT_FORMS, MOST_SAVED, type ReadingState, type Side } from './view-data.js'
import type { Send } from './zip-download.js'

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Connections - pcap2conn</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="view.css">
</head>
<body>
<div id="app"><noscript>The viewer needs JavaScript, which is switched off.</noscript></div>
<script src="view.js"></script>
</body>
</html>
`

/** The sources of answers. */
export interface Sources {
  readonly table: TableParts
  readonly parts: ConnectionParts
  readonly packets: PacketParts
  readonly exports: Exports
}

/** Answers an admitted request. @throws InputError when a file cannot be read */
export async function answer(
  { path, query }: Asked,
  response: ServerResponse,
  sources: Sources,
): Promise<void> {
  if (path === '') return send(response, 'text/html; charset=utf-8', PAGE)
  if (path === 'view.js') return send(response, 'text/javascript; charset=utf-8', appFile(path))
  if (path === 'view.css') return send(response, 'text/css; charset=utf-8', appFile(path))
  if (path === 'api/connections') return answerTable(query, response, sources.table)
  if (path === 'api/export') return answerExport(query, response, sources.exports)
  const row = countOf(query.get('row'))
  const side = sideOf(query.get('side'))
  if (row === null || side === undefined) return refuse(response, 400)
  if (path === 'api/connection') return sendJson(response, await sources.parts.details(row))
  if (path === 'api/conversation') {
    const state = stateOf(query.get('at'))
    if (state === null) return refuse(response, 400)
    return sendJson(response, await sources.parts.conversation(row, side, state))
  }
  if (path === 'api/packets') return answerPackets(query, response, sources.packets, row, side)
  if (path === 'api/payload') return answerPayload(response, sources.parts, row, side)
  refuse(response, 404)
}

function answerTable(query: URLSearchParams, response: ServerResponse, table: TableParts): void {
  const wanted = connectionQuery(query)
  const from = countOf(query.get('from') ?? '0')
  const count = countOf(query.get('count') ?? '100')
  if (wanted === null || from === null || count === null) refuse(response, 400)
  else sendJson(response, table.part(wanted, from, count))
}

async function answerPackets(
  query: URLSearchParams,
  response: ServerResponse,
  packets: PacketParts,
  row: number,
  side: Side,
): Promise<void> {
  const [from, to, skip] = ['from', 'to', 'skip'].map((name) => countOf(query.get(name) ?? '0'))
  if (from == null || to == null || skip == null) return refuse(response, 400)
  const range = side === null ? null : { side, from, to }
  sendJson(response, await packets.part(row, range, skip, endOf(response)))
}

async function answerExport(
  query: URLSearchParams,
  response: ServerResponse,
  exports: Exports,
): Promise<void> {
  const rows = (query.get('rows') ?? '').split(',').map(countOf)
  const form = EXPORT_FORMS.find((name) => name === query.get('form'))
  if (rows.includes(null) || rows.length > MOST_SAVED || form === undefined) return refuse(response, 400)
  const wanted = [...new Set(rows as number[])]
  if (query.get('check') === '1') return sendJson(response, await exports.check(wanted, form))
  const isThere = await exports.write(wanted, form, (name) => download(response, name), endOf(response))
  if (!isThere) return refuse(response, 404)
  response.end()
}

async function answerPayload(
  response: ServerResponse,
  parts: ConnectionParts,
  row: number,
  side: Side,
): Promise<void> {
  const name = `connection-${row}${side === null ? '' : `-side-${side}`}.bin`
  let write: Send | null = null
  const isThere = await parts.payload(row, side, (bytes) => {
    write ??= download(response, name)
    return write(bytes)
  })
  if (!isThere) return refuse(response, 404)
  if (write === null) download(response, name)
  response.end()
}

// Whoever asked may go before the answer is there.
function endOf(response: ServerResponse): AbortSignal {
  const control = new AbortController()
  response.once('close', () => control.abort())
  return control.signal
}

// Sent as a download, so that no browser renders it.
function download(response: ServerResponse, name: string): Send {
  const shortName = name.slice(name.lastIndexOf('/') + 1).replace(/[^\w.+~-]/g, '_')
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename="${shortName}"`,
  })
  return async (bytes) => {
    if (!response.write(bytes) && !response.destroyed)
      await Promise.race([once(response, 'drain'), once(response, 'close')])
    return !response.destroyed
  }
}

function sendJson(response: ServerResponse, value: unknown): void {
  if (value === null) refuse(response, 404)
  else send(response, 'application/json', JSON.stringify(value))
}

function send(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }).end(text)
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status).end()
}

function countOf(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
}

function sideOf(text: string | null): Side | undefined {
  if (text === null) return null
  return text === '0' ? 0 : text === '1' ? 1 : undefined
}

/** Parses five counts: two positions, `inChunk`, two offsets. Null when invalid. */
function stateOf(text: string | null): ReadingState | null {
  const counts = (text ?? '0,0,0,0,0').split(',').map(countOf)
  if (counts.length !== 5 || counts.includes(null)) return null
  const [a, b, inChunk, c, d] = counts as [number, number, number, number, number]
  return { positions: [a, b], inChunk, offsets: [c, d] }
}
