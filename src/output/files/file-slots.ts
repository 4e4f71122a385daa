import type { FdBudget } from './fd-budget.js'

/** A holder of open files that can be closed and opened again. */
export interface SlotHolder {
  /** Closes the file that was not written for the longest time, and gives its slot back. False: none is open. */
  closeOldest(): boolean
}

/** The slots for open files of one worker, for all its outputs together: more are never open at one moment. */
export class FileSlots {
  // Invariant: the worker's own slot serves one of #taken, a slot of the budget each further one.
  readonly #budget: FdBudget
  readonly #holders: SlotHolder[] = []
  #taken = 0

  constructor(budget: FdBudget) {
    this.#budget = budget
  }

  /** `holder` is asked to close a file when there is no slot left. */
  join(holder: SlotHolder): void {
    this.#holders.push(holder)
  }

  /** Takes a slot, for which a file is closed where there is none left. @throws OutputError */
  take(): void {
    while (this.#taken > 0 && !this.#budget.tryAcquire()) {
      if (!this.closeOne()) throw new Error('bug: no file to close for a slot')
    }
    this.#taken += 1
  }

  /** Gives a slot back: its file is closed. */
  giveBack(): void {
    this.#taken -= 1
    if (this.#taken > 0) this.#budget.release()
  }

  /** Calls `action` while it holds one slot, in which it may open one file. @throws OutputError */
  withSlot(action: () => void): void {
    this.take()
    try {
      action()
    } finally {
      this.giveBack()
    }
  }

  /** Closes a file that can be opened again. False: none is open. @throws OutputError */
  closeOne(): boolean {
    return this.#holders.some((holder) => holder.closeOldest())
  }
}
