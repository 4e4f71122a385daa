/** Records what a pass of the optimizer changed. */
export class PassProgress {
  /** True when anything changed, so that another pass may find more. */
  isChanged = false
  /** True when something other than branch targets changed. Changes of targets alone may go round in circles. */
  isSimplified = false

  simplified(): void {
    this.isChanged = true
    this.isSimplified = true
  }

  branchMoved(): void {
    this.isChanged = true
  }
}
