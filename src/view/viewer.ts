import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { failureReason, InputError } from '../errors.js'
import { type Asked, admit, newToken } from './access.js'
import { ConnectionParts } from './connection-parts.js'
import { findIndex } from '../report/find-index.js'
import { IndexStore } from './index-store.js'
import { OutputFolder } from './output-folder.js'
import { answer } from './routes.js'
import { SECURITY_HEADERS } from './security-headers.js'
import { TableParts } from './table-parts.js'

const HOST = '127.0.0.1'

/** What {@link Viewer.open} needs. */
export interface ViewerOptions {
  /** The run's output folder. */
  readonly outputDir: string
  /** An index in JSON lines; null to find it in the folder. */
  readonly indexPath: string | null
  /** TCP port; 0 for any free port. */
  readonly port: number
}

/** Serves one output folder over HTTP to this machine only, until it is closed. */
export class Viewer {
  /** The URL to open, including the secret. */
  readonly address: string
  readonly indexPath: string
  readonly #server: Server
  readonly #store: IndexStore
  readonly #table: TableParts

  private constructor(address: string, server: Server, store: IndexStore, table: TableParts) {
    this.address = address
    this.indexPath = store.path
    this.#server = server
    this.#store = store
    this.#table = table
  }

  /** @throws InputError when the folder or its index cannot be read, or the port is taken. */
  static async open({ outputDir, indexPath, port }: ViewerOptions): Promise<Viewer> {
    const folder = await OutputFolder.open(outputDir)
    const store = await IndexStore.open(indexPath ?? findIndex(outputDir))
    const table = new TableParts(store, folder)
    const parts = new ConnectionParts(store, folder)
    const token = newToken()
    const server = createServer((request, response) => {
      const asked = admit(request, token, (server.address() as AddressInfo).port)
      void respond(request, response, asked, (wanted) => answer(wanted, response, { table, parts }))
    })
    try {
      await listen(server, port)
    } catch (error) {
      await store.close()
      throw error
    }
    const { port: taken } = server.address() as AddressInfo
    return new Viewer(`http://${HOST}:${taken}/${token}/`, server, store, table)
  }

  async close(): Promise<void> {
    this.#table.close()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    await this.#store.close()
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
      response.writeHead(error instanceof InputError ? 422 : 500, { 'Content-Type': 'application/json' })
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
