import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PacketHeap } from '../../../src/input/merge/packet-heap.js'

const time = fc.record({ tsSec: fc.nat(3), tsNsec: fc.nat(2) })

it('PacketHeap gives what always looking through all inputs gives', () => {
  fc.assert(
    fc.property(fc.array(fc.array(time, { maxLength: 8 }), { maxLength: 9 }), (inputs) => {
      const current = inputs.map(() => ({ tsSec: 0, tsNsec: 0 }))
      const next = inputs.map(() => 0)
      const heap = new PacketHeap(current)
      const order: number[] = []
      const advance = (input: number) => {
        const packet = inputs[input]![next[input]!]
        next[input]! += 1
        if (packet !== undefined) Object.assign(current[input]!, packet)
        return packet !== undefined
      }
      inputs.forEach((_, input) => {
        if (advance(input)) heap.add(input)
      })
      while (heap.first >= 0) {
        order.push(heap.first)
        if (advance(heap.first)) heap.replaced()
        else heap.removeFirst()
      }
      expect(order).toEqual(byLooking(inputs))
    }),
    { numRuns: 500 },
  )
})

/** The model: the first of the inputs whose next packets are the earliest. */
function byLooking(inputs: readonly (readonly { tsSec: number; tsNsec: number }[])[]): number[] {
  const next = inputs.map(() => 0)
  const order: number[] = []
  for (;;) {
    const times = inputs.map((packets, input) => packets[next[input]!])
    const left = times.flatMap((packet) => (packet === undefined ? [] : 10 * packet.tsSec + packet.tsNsec))
    if (left.length === 0) return order
    const least = Math.min(...left)
    const input = times.findIndex(
      (packet) => packet !== undefined && 10 * packet.tsSec + packet.tsNsec === least,
    )
    order.push(input)
    next[input]! += 1
  }
}
