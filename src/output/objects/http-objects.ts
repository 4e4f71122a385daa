import type { Config } from '../../config/config.js'
import { type BodySink, type HttpBody, HttpExchange } from '../../content/http/http-exchange.js'
import { mayBeginMessage } from '../../content/http/http-head.js'
import { ConnectionFlag, type ConnectionTable } from '../../flow/connection-table.js'
import { safeJson } from '../../safe-json.js'
import type { CaptureStart, Output, OutputSetup, WorkerOutput } from '../output.js'
import { SortedRuns } from '../runs/sorted-runs.js'
import { writeMerged } from '../runs/write-merged.js'
import { secondsText } from '../time-text.js'
import type { WorkerParts } from '../worker-parts.js'
import { ObjectFiles, type WrittenObject } from './object-files.js'

const TCP = 6
/** Begin of a record: side and number of the object, by which the records of a connection are sorted. */
const ORDER_BYTES = 5

/** The output of `--objects`: a file for each body that HTTP/1 transferred, and a list of them. */
export function httpObjects({ config }: OutputSetup): Output<readonly string[]> | null {
  const { objectsFile, force } = config
  if (objectsFile === null) return null
  return {
    open: (worker) => new HttpObjects(worker, config),
    finish: (parts, run) =>
      writeMerged('list of objects', [{ path: objectsFile }], force, run, async (outputs) => {
        const { mergeTo, RunOutputs } = await import('../runs/run-outputs.js')
        const opened = outputs.map(({ output }) => output)
        return mergeTo(parts.flat(), run.tempFolder, new RunOutputs(opened), {
          begin() {},
          content: (bytes, from, to) => {
            for (const { gathered } of opened) gathered.putBytes(bytes, from + ORDER_BYTES, to)
          },
        })
      }),
  }
}

class HttpObjects implements WorkerOutput<readonly string[]> {
  // #isOther[half] is 1 when the side has begun with something else than HTTP, and so has the other one, if it has begun.
  readonly #table: ConnectionTable
  readonly #uids: WorkerParts['uids']
  readonly #worker: WorkerParts
  readonly #limits: Config['limits']
  readonly #files: ObjectFiles
  readonly #runs: SortedRuns
  readonly #exchanges: (HttpExchange | null | undefined)[] = []
  readonly #isOther: (boolean | undefined)[] = []
  /** Objects by half-stream. */
  readonly #counts: number[] = []
  #sec = 0
  #nsec = 0

  constructor(worker: WorkerParts, { limits }: Config) {
    this.#worker = worker
    this.#table = worker.table
    this.#uids = worker.uids
    this.#limits = limits
    this.#files = new ObjectFiles(worker, limits)
    this.#runs = new SortedRuns(worker.files.slots, worker.tempFolder, `objects-${worker.number}`)
  }

  startCapture(capture: CaptureStart): void {
    this.#files.startCapture(capture)
  }

  /** @throws OutputError */
  data(half: number, bytes: Uint8Array, from: number, to: number, tsSec: number, tsNsec: number): void {
    const connection = half >> 1
    if (from === to || this.#table.protocol[connection] !== TCP) return
    const exchange = this.#exchanges[connection] ?? this.#begin(half, bytes, from, to)
    if (exchange === null) return
    this.#sec = tsSec
    this.#nsec = tsNsec
    exchange.data((half & 1) as 0 | 1, bytes, from, to)
  }

  /** @throws OutputError */
  gap(half: number, _streamOffset: number, length: number): void {
    this.#exchanges[half >> 1]?.gap((half & 1) as 0 | 1, length)
  }

  /** @throws OutputError */
  finished(connection: number): void {
    const exchange = this.#exchanges[connection]
    if (exchange !== null && exchange !== undefined) {
      exchange.end()
      this.#exchanges[connection] = null
    }
    for (const half of [2 * connection, 2 * connection + 1]) {
      this.#isOther[half] = false
      this.#counts[half] = 0
    }
  }

  /** @throws OutputError */
  flush(): void {
    this.#files.flush()
  }

  /** @throws OutputError */
  finish(): readonly string[] {
    this.#files.finish()
    return this.#runs.finish()
  }

  // A connection is read from the first side on that begins with a message. What its other side may have said before is no message.
  #begin(half: number, bytes: Uint8Array, from: number, to: number): HttpExchange | null {
    if (this.#isOther[half] === true) return null
    if (!mayBeginMessage(bytes, from, to)) {
      this.#isOther[half] = true
      return null
    }
    const connection = half >> 1
    const exchange = new HttpExchange(this.#sinkOf(connection), this.#limits)
    this.#exchanges[connection] = exchange
    return exchange
  }

  #sinkOf(connection: number): BodySink {
    const half = (side: number) => 2 * connection + side
    return {
      begin: (side, body) => this.#beginObject(half(side), body),
      data: (side, bytes, from, to) => this.#files.data(half(side), bytes, from, to),
      gap: (side, length) => this.#files.gap(half(side), length),
      end: (side, isWhole) => {
        const written = this.#files.end(half(side))
        if (written !== null) this.#list(half(side), written, isWhole)
      },
      limit: (name) => {
        this.#worker.totals.limits[name] += 1
      },
    }
  }

  #beginObject(half: number, body: HttpBody): void {
    const number = (this.#counts[half] ?? 0) + 1
    if (number > this.#limits.sideObjects) {
      this.#worker.totals.limits.side_objects += 1
      return
    }
    this.#counts[half] = number
    this.#files.begin(half, body, number, this.#sec, this.#nsec)
  }

  #list(half: number, { facts, file, sha256 }: WrittenObject, isWhole: boolean): void {
    const connection = half >> 1
    const { firstSec, firstNsec, flags } = this.#table
    const { body, missing, missingBytes, size, isDecoded } = facts
    const isNanosecond = (flags[connection]! & ConnectionFlag.NANOSECOND) !== 0
    const uid = this.#uids.uid(connection)
    const order = Buffer.alloc(ORDER_BYTES)
    order[0] = half & 1
    order.writeUInt32BE(facts.number, 1)
    const ranges = []
    for (let i = 0; i < missing.length; i += 2) ranges.push({ offset: missing[i], length: missing[i + 1] })
    const rest = safeJson({
      side: half & 1,
      n: facts.number,
      method: body.method,
      host: body.host,
      uri: body.uri,
      status: body.status,
      content_type: body.contentType,
      content_encoding: isDecoded ? null : body.codings.join(','),
      content_range: body.range,
      file_name: body.fileName,
      size,
      missing_bytes: missingBytes,
      missing: ranges,
      complete: isWhole && missingBytes === 0,
      sha256,
      file,
    })
    const line = `{"uid":"${uid}","ts":${secondsText(facts.sec, facts.nsec, isNanosecond)},${rest.slice(1)}\n`
    this.#runs.add(
      firstSec[connection]!,
      firstNsec[connection]!,
      uid,
      Buffer.concat([order, Buffer.from(line)]),
    )
  }
}
