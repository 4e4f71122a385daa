import { describe, expect, it } from 'vitest'
import type { ConnectionSink } from '../../src/flow/connection-sink.js'
import { blankFlowPacket } from '../../src/flow/flow-packet.js'
import { joinSinks } from '../../src/output/join-sinks.js'

const bytes = new Uint8Array(4)

/** Notes its calls under its name. */
class NotingSink {
  readonly #name: string
  readonly #calls: unknown[][]

  constructor(name: string, calls: unknown[][]) {
    this.#name = name
    this.#calls = calls
  }

  data(...args: unknown[]): void {
    this.#calls.push([this.#name, 'data', ...args])
  }

  finished(connection: number): void {
    this.#calls.push([this.#name, 'finished', connection])
  }
}

function joined(...names: string[]) {
  const calls: unknown[][] = []
  return { calls, sink: joinSinks(names.map((name) => new NotingSink(name, calls))) }
}

describe('joinSinks()', () => {
  it.each([[[]], [['a']], [['a', 'b']], [['a', 'b', 'c', 'd']]])(
    'tells %j in turn, with all values',
    (names) => {
      const { calls, sink } = joined(...names)
      sink.data(3, bytes, 1, 2, 5, 6)
      sink.finished(1)
      expect(calls).toEqual([
        ...names.map((name) => [name, 'data', 3, bytes, 1, 2, 5, 6]),
        ...names.map((name) => [name, 'finished', 1]),
      ])
    },
  )

  it('calls nobody for what nobody asks for', () => {
    const { calls, sink } = joined('a', 'b')
    sink.opened(1)
    sink.gap(2, 3, 4)
    sink.closed(1)
    expect(calls).toEqual([])
    expect(sink.packet).toBeNull()
  })

  it('asks for packets where one of them does', () => {
    const seen: unknown[] = []
    const asking: Partial<ConnectionSink> = { packet: (connection, side) => seen.push([connection, side]) }
    const sink = joinSinks([{ packet: null }, asking, {}])
    sink.packet?.(7, 1, bytes, blankFlowPacket(), 0)
    expect(seen).toEqual([[7, 1]])
  })
})
