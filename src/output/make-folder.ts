import fs from 'node:fs'
import { failureReason, OutputError } from '../errors.js'

const MODE = 0o750

/** Makes a folder of the output with its parents, where it does not exist. @throws OutputError */
export function makeFolder(path: string): void {
  try {
    fs.mkdirSync(path, { recursive: true, mode: MODE })
  } catch (cause) {
    throw new OutputError(`Cannot make the folder "${path}": ${failureReason(cause)}`, path, { cause })
  }
}
