import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { failureReason, InputError, OutputError } from '../errors.js'
import { type Asked, admit, newToken } from './access.js'
import { ConnectionParts } from './connection-parts.js'
import { Exports } from './exports.js'
import { IndexStore } from './index-store.js'
import { PacketParts } from './packet-parts.js'
import { answer } from './routes.js'
import { SECURITY_HEADERS } from './security-headers.js'
import { TableParts } from './table-parts.js'
import { ViewSource } from './view-source.js'

const HOST = '127.0.0.1'

/** What {@link Viewer.open} needs. */
export interface ViewerOptions {
  /** The run's output folder, or an archive. */
  readonly outputDir: string
  /** An index; null to find it in the folder. */
  readonly indexPath: string | null
  /** Folder below which the captures of an archive are looked for; null: where they were. */
  readonly root?: string | null
  /** TCP port; 0 for any free port. */
  readonly port: number
}

/** Serves one output folder or archive over HTTP to this machine only, until it is closed. */
export class Viewer {
  /** The URL to open, including the secret. */
  readonly address: string
  readonly indexPath: string
  readonly #server: Server
  readonly #store: IndexStore
  readonly #table: TableParts
  readonly #source: ViewSource

  private constructor(
    address: string,
    server: Server,
    store: IndexStore,
    table: TableParts,
    source: ViewSource,
  ) {
    this.address = address
    this.indexPath = source.shownIndex
    this.#server = server
    this.#store = store
    this.#table = table
    this.#source = source
  }

  /** @throws InputError when the folder or its index cannot be read, or the port is taken. */
  static async open(options: ViewerOptions): Promise<Viewer> {
    const source = await ViewSource.open(options)
    let store: IndexStore | null = null
    try {
      store = await IndexStore.open(source.indexPath)
      const { payload, archive } = source
      const table = new TableParts(store, payload, archive !== null)
      const parts = new ConnectionParts(store, payload)
      const packets = new PacketParts(store, archive)
      const exports = new Exports(store, payload, archive)
      const token = newToken()
      const server = createServer((request, response) => {
        const asked = admit(request, token, (server.address() as AddressInfo).port)
        void respond(request, response, asked, (wanted) =>
          answer(wanted, response, { table, parts, packets, exports }),
        )
      })
      await listen(server, options.port)
      const { port: taken } = server.address() as AddressInfo
      return new Viewer(`http://${HOST}:${taken}/${token}/`, server, store, table, source)
    } catch (error) {
      await store?.close()
      await source.close()
      throw error
    }
  }

  async close(): Promise<void> {
    this.#table.close()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    await this.#store.close()
    await this.#source.close()
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  asked: Asked | number,
  serve: (asked: Asked) => Promise<void>,
): Promise<void> {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value)
  request.resume()
  try {
    if (typeof asked === 'number') response.writeHead(asked).end()
    else await serve(asked)
  } catch (error) {
    if (response.headersSent) response.destroy()
    else {
      const text = error instanceof Error ? error.message : String(error)
      response.writeHead(error instanceof InputError || error instanceof OutputError ? 422 : 500, {
        'Content-Type': 'application/json',
      })
      response.end(JSON.stringify({ problem: text }))
    }
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new InputError(`Cannot listen on ${HOST}:${port}: ${failureReason(cause)}`, `${HOST}:${port}`, {
          cause,
        }),
      )
    })
    server.listen(port, HOST, resolve)
  })
}
