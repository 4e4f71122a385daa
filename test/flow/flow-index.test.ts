import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConnectionFlag, ConnectionTable, NONE } from '../../src/flow/connection-table.js'
import { FlowIndex } from '../../src/flow/flow-index.js'
import type { PacketTuple } from '../../src/wire/transport-packet.js'

/** Few values, so that hashes and keys meet often. */
const small = fc.nat(3)
const tuple = fc.record({
  protocol: fc.constantFrom(6, 17),
  src: small,
  dst: small,
  srcPort: small,
  dstPort: small,
})
type Key = Omit<PacketTuple, 'ipVersion'>

const forward = (t: Key) => `${t.protocol} ${t.src}.${t.srcPort} ${t.dst}.${t.dstPort}`
const backward = (t: Key) => `${t.protocol} ${t.dst}.${t.dstPort} ${t.src}.${t.srcPort}`
/** The same for both directions, and with many collisions. */
const hashOf = (t: Key) => (t.src + t.dst + t.srcPort + t.dstPort) & 3

function addressed(t: Key): PacketTuple {
  return { ...t, ipVersion: 4 }
}

function add(table: ConnectionTable, index: FlowIndex, t: Key): number {
  const connection = table.allocate()
  table.protocol[connection] = t.protocol
  table.hash[connection] = hashOf(t)
  table.address[8 * connection] = t.src
  table.address[8 * connection + 4] = t.dst
  table.port[2 * connection] = t.srcPort
  table.port[2 * connection + 1] = t.dstPort
  index.add(connection)
  return connection
}

describe('FlowIndex', () => {
  it('finds what a map of both directions finds, through additions and removals', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(tuple, fc.boolean()), { maxLength: 600 }), (steps) => {
        const table = new ConnectionTable()
        const index = new FlowIndex(table)
        const model = new Map<string, number>()
        for (const [t, removes] of steps) {
          const known = model.get(forward(t)) ?? model.get(backward(t)) ?? NONE
          expect(index.find(new Uint8Array(0), addressed(t), hashOf(t))).toBe(known)
          if (known === NONE) {
            model.set(forward(t), add(table, index, t))
          } else if (removes) {
            index.remove(known)
            table.release(known)
            model.delete(forward(t))
            model.delete(backward(t))
          }
        }
        expect(table.count).toBe(model.size)
      }),
      { numRuns: 200 },
    )
  })

  it('tells the side that sent the packet', () => {
    const table = new ConnectionTable()
    const index = new FlowIndex(table)
    const t = { protocol: 6, src: 1, dst: 2, srcPort: 3, dstPort: 4 }
    const connection = add(table, index, t)
    const reply = { protocol: 6, src: 2, dst: 1, srcPort: 4, dstPort: 3 }
    expect(index.find(new Uint8Array(0), addressed(t), hashOf(t))).toBe(connection)
    expect(index.side).toBe(0)
    expect(index.find(new Uint8Array(0), addressed(reply), hashOf(reply))).toBe(connection)
    expect(index.side).toBe(1)
  })

  it('compares all words of IPv6 addresses, and never an IPv4 with an IPv6 address', () => {
    const table = new ConnectionTable()
    const index = new FlowIndex(table)
    const connection = add(table, index, { protocol: 6, src: 0, dst: 0, srcPort: 3, dstPort: 4 })
    table.flags[connection] = ConnectionFlag.IPV6
    const bytes = new Uint8Array(32)
    for (let side = 0; side < 2; side++) {
      for (let word = 0; word < 4; word++) {
        table.address[8 * connection + 4 * side + word] = side * 4 + word + 1
        bytes[16 * side + 4 * word + 3] = side * 4 + word + 1
      }
    }
    const packet: PacketTuple = { protocol: 6, ipVersion: 6, src: 0, dst: 16, srcPort: 3, dstPort: 4 }
    const hash = table.hash[connection]!
    expect(index.find(bytes, packet, hash)).toBe(connection)
    expect(index.find(bytes, { ...packet, ipVersion: 4, src: 1, dst: 5 }, hash)).toBe(NONE)
    for (let at = 3; at < 32; at += 4) {
      bytes[at]! ^= 0x80
      expect(index.find(bytes, packet, hash)).toBe(NONE)
      bytes[at]! ^= 0x80
    }
  })
})
