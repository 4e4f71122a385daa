import fc from 'fast-check'
import { expect, it } from 'vitest'
import { NumberedList } from '../../src/bytes/numbered-list.js'

it('keeps the order that an array keeps', () => {
  const action = fc.record({
    isPush: fc.boolean(),
    member: fc.oneof(fc.nat(9), fc.integer({ min: 250, max: 600 })),
  })
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const list = new NumberedList()
      let model: number[] = []
      for (const { isPush, member } of actions) {
        model = model.filter((other) => other !== member)
        if (isPush) {
          list.pushLast(member)
          model.push(member)
        } else {
          list.remove(member)
        }
        expect(list.first).toBe(model[0] ?? -1)
      }
      const order: number[] = []
      for (let first = list.first; first !== -1; first = list.first) {
        order.push(first)
        list.remove(first)
      }
      expect(order).toEqual(model)
    }),
    { numRuns: 300 },
  )
})
