import { failureReason, OutputError } from '../errors.js'
import { makeFolders } from '../make-folders.js'

/** Makes a folder of the output with its parents, where it does not exist. @throws OutputError */
export function makeOutputFolder(path: string): void {
  try {
    makeFolders(path)
  } catch (cause) {
    throw new OutputError(`Cannot make the folder "${path}": ${failureReason(cause)}`, path, { cause })
  }
}
