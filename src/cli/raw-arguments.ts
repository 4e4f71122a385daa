import { readFileSync } from 'node:fs'
import { ConfigError } from '../errors.js'
import { pathOfBytes } from '../system-path.js'
import { printable } from './printable.js'

/** Linux shows the bytes of the process's arguments here, each followed by a NUL. */
const COMMAND_LINE = '/proc/self/cmdline'
const REPLACEMENT = '\ufffd'
/** Systems whose file names are UTF-8 or UTF-16, where an argument really contains the replacement character. */
const WITHOUT_BYTE_NAMES = new Set(['win32', 'darwin'])

/**
 * The arguments with their bytes that are no UTF-8, in the form that paths have (see `system-path.ts`). Node.js puts
 * the replacement character there, which names another file.
 *
 * @param args The last ones of the process, as Node gives them.
 * @throws ConfigError when such bytes cannot be determined.
 */
export function rawArguments(args: readonly string[]): readonly string[] {
  const lossy = args.find((arg) => arg.includes(REPLACEMENT))
  if (lossy === undefined || WITHOUT_BYTE_NAMES.has(process.platform)) return args
  const raw = lastArguments(args.length)
  if (args.every((arg, i) => raw[i]?.toString('utf8') === arg)) return raw.map(pathOfBytes)
  throw new ConfigError(
    `Cannot use ${printable(lossy)}: it has bytes that are no UTF-8, and ${COMMAND_LINE} does not tell them`,
  )
}

function lastArguments(count: number): Buffer[] {
  let bytes: Buffer
  try {
    bytes = readFileSync(COMMAND_LINE)
  } catch {
    return [] // there is none
  }
  const all: Buffer[] = []
  for (let from = 0, to = bytes.indexOf(0); to >= 0; from = to + 1, to = bytes.indexOf(0, from))
    all.push(bytes.subarray(from, to))
  return all.slice(-count)
}
