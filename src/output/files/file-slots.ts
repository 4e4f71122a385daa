import type { FdBudget } from './fd-budget.js'

/** Holds open files that can be closed and reopened. */
export interface SlotHolder {
  /** Closes the least recently written file and returns its slot. Returns false when no file is open. */
  closeOldest(): boolean
}

/** Limits the open files of all outputs of one worker. */
export class FileSlots {
  // Invariant: one of the #taken slots is the worker's own; each further one is a slot of the budget.
  readonly #budget: FdBudget
  readonly #holders: SlotHolder[] = []
  #taken = 0

  constructor(budget: FdBudget) {
    this.#budget = budget
  }

  /** Registers a holder, which must close a file when no slot is left. */
  join(holder: SlotHolder): void {
    this.#holders.push(holder)
  }

  /** Takes a slot, closing a file if none is left. @throws OutputError */
  take(): void {
    while (this.#taken > 0 && !this.#budget.tryAcquire()) {
      if (!this.closeOne()) throw new Error('bug: no file to close for a slot')
    }
    this.#taken += 1
  }

  /** Returns a slot after its file was closed. */
  giveBack(): void {
    this.#taken -= 1
    if (this.#taken > 0) this.#budget.release()
  }

  /** Calls `action`, which may open one file, while holding a slot. @throws OutputError */
  withSlot(action: () => void): void {
    this.take()
    try {
      action()
    } finally {
      this.giveBack()
    }
  }

  /** Closes a file that can be reopened. Returns false when none is open. @throws OutputError */
  closeOne(): boolean {
    return this.#holders.some((holder) => holder.closeOldest())
  }
}
