/** What a pass of the optimizer changed. */
export class PassProgress {
  /** Anything at all: another pass may find more. */
  isChanged = false
  /** Something other than where branches lead: those alone may go round in circles. */
  isSimplified = false

  simplified(): void {
    this.isChanged = true
    this.isSimplified = true
  }

  branchMoved(): void {
    this.isChanged = true
  }
}
