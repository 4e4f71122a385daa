/** Where the files of one output of one worker go. A file is a small integer. Methods throw OutputError. */
export interface FileStore {
  /** Writes `bytes[from, to)` at byte `fileOffset` of the file, which is not below what was written. */
  write(file: number, bytes: Uint8Array, from: number, to: number, fileOffset: number): void
  /** Sets the file's length, which is not below what was written. */
  setLength(file: number, bytes: number): void
  /** True when the file could not be written and was given up; the totals say why. */
  isGivenUp(file: number): boolean
  /** Nothing more is written soon. */
  close(file: number): void
  /** Nothing more is ever written. */
  complete(file: number): void
  /** Frees the number for another file. The file must be closed. */
  forget(file: number): void
}
