import { ConfigError } from '../errors.js'
import type { RawOptions } from './convert-options.js'
import { shown } from './option-values.js'
import { suggestionFor } from './suggest.js'

/** Every option there is, so that a misspelt one is refused and not ignored. */
const OPTION_NAMES: Readonly<Record<keyof RawOptions, true>> = {
  inputFile: true,
  outputDir: true,
  maxFileDesc: true,
  writeToConsole: true,
  hex: true,
  writeMetadata: true,
  separateSides: true,
  chunksHeader: true,
  json: true,
  workers: true,
  memory: true,
  perFile: true,
  merge: true,
  resume: true,
  index: true,
  gaps: true,
  overlap: true,
  tcpTimeout: true,
  udpTimeout: true,
  maxBytes: true,
  utc: true,
  noDecap: true,
  linkType: true,
  noWrite: true,
  force: true,
  summary: true,
  filter: true,
  interface: true,
  write: true,
  packetCount: true,
  duration: true,
  snaplen: true,
  noPromiscuous: true,
  bufferSize: true,
  liveBackend: true,
}

/** @throws ConfigError unless `raw` is an object whose names are options. */
export function refuseUnknown(raw: unknown): asserts raw is object {
  if (typeof raw !== 'object' || raw === null)
    throw new ConfigError(`Cannot use ${shown(raw)} as options: must be an object`)
  const unknown = Object.keys(raw).find((name) => !Object.hasOwn(OPTION_NAMES, name))
  if (unknown === undefined) return
  const suggestion = suggestionFor(unknown, Object.keys(OPTION_NAMES))
  const hint = suggestion === null ? '' : `: did you mean ${suggestion}?`
  throw new ConfigError(`Unknown option ${shown(unknown)}${hint}`)
}
