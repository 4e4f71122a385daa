import { ConfigError } from '../errors.js'
import type { RawOptions } from './convert-options.js'
import { flagOf } from './option-values.js'

/** How `-c` shows payload: its bytes alone; as a conversation, with a line where the connection or side changes; in hexadecimal. */
export type ConsoleStyle = 'bytes' | 'text' | 'hex'

/** The style that is asked for. @throws ConfigError for `--hex` where it has no meaning. */
export function consoleStyleOf({ hex, json, chunksHeader }: RawOptions, toConsole: boolean): ConsoleStyle {
  if (!flagOf('--hex', hex)) return 'bytes'
  if (!toConsole)
    throw new ConfigError('Cannot use --hex without -c/--write-to-console: files keep the bytes')
  if (json === true)
    throw new ConfigError('Cannot use --hex with -j/--json: its lines have hexadecimal digits')
  if (chunksHeader === true)
    throw new ConfigError('Cannot use --hex with -d/--chunks-header: it has lines of its own')
  return 'hex'
}
