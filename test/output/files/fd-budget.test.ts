import { describe, expect, it } from 'vitest'
import { FdBudget } from '../../../src/output/files/fd-budget.js'

describe('FdBudget', () => {
  it('shares what is left after one slot for each worker', () => {
    const shared = FdBudget.allocate(5, 2)
    const one = new FdBudget(shared)
    const other = new FdBudget(shared)
    expect([one.tryAcquire(), other.tryAcquire(), one.tryAcquire(), other.tryAcquire()]).toEqual([
      true,
      true,
      true,
      false,
    ])
    expect(one.takenSlots).toBe(3)
    one.release()
    expect(other.tryAcquire()).toBe(true)
    for (let i = 0; i < 3; i++) other.release()
    expect(one.takenSlots).toBe(0)
  })

  it('has nothing to share when there are as many slots as workers', () => {
    expect(new FdBudget(FdBudget.allocate(3, 3)).tryAcquire()).toBe(false)
  })

  it('refuses fewer slots than workers', () => {
    expect(() => FdBudget.allocate(1, 2)).toThrow('bug: 1 fd slots for 2 workers')
  })
})
