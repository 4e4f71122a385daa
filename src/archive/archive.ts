import { readFileSync, statSync } from 'node:fs'
import { archivePaths } from '../archive-paths.js'
import { failureReason, InputError } from '../errors.js'
import { MOST_MERGED_INPUTS } from '../input/input.js'
import { ARCHIVE_FORMAT, ARCHIVE_VERSION } from '../output/map/archive-json.js'
import type { InputFacts, RecordLayout } from '../output/output.js'
import { systemPath } from '../system-path.js'
import { MapFile } from './map-file.js'

/** A file of inputs.json is not longer. */
const MOST_JSON_BYTES = 2 ** 29
const LAYOUTS: readonly string[] = ['standard', 'nokia', 'patched', 'patched-debug'] satisfies RecordLayout[]
/** Options that an archive may name. */
const OPTIONS = new Set(['tcpTimeout', 'udpTimeout', 'overlap', 'key', 'noDecap', 'decodeAs', 'maxBytes'])

/** An archive: an index of connections whose payload is in captures. */
export interface Archive {
  readonly folder: string
  /** The options of its run on which results depend, unchecked. */
  readonly options: Readonly<Record<string, unknown>>
  readonly inputs: readonly InputFacts[]
  /** They were read as one, in the order of their packets' times. */
  readonly isMerged: boolean
  /** All options on which its files depend, as JSON. */
  readonly values: string
  readonly map: MapFile
}

/** @throws InputError where it is none, or is damaged. */
export function openArchive(folder: string): Archive {
  const { inputs: path, map: mapPath } = archivePaths(folder)
  const refuse = (problem: string) => new InputError(`Cannot use "${path}": ${problem}`, path)
  const json = parse(path)
  if (!isObject(json) || json.format !== ARCHIVE_FORMAT) throw refuse('it is not of an archive')
  if (typeof json.version !== 'number') throw refuse('it has no version')
  if (json.version !== ARCHIVE_VERSION)
    throw refuse(`its version must be ${ARCHIVE_VERSION}: found ${json.version} (index the captures again)`)
  const { options, inputs, connections, merged = false } = json
  if (!isObject(options) || !Object.keys(options).every((name) => OPTIONS.has(name)))
    throw refuse('its options are not possible')
  if (!Array.isArray(inputs)) throw refuse('it has no list of inputs')
  const wrong = inputs.findIndex((input) => !isInput(input))
  if (wrong >= 0) throw refuse(`input ${wrong} is not described as it must be`)
  if (typeof merged !== 'boolean' || (merged && inputs.length > MOST_MERGED_INPUTS))
    throw refuse('its inputs cannot be merged')
  const map = new MapFile(mapPath)
  if (map.connections !== connections) {
    map.close()
    throw refuse(`"${mapPath}" is of another run`)
  }
  const values = JSON.stringify(json.values) ?? ''
  return { folder, options, inputs, isMerged: merged, values, map }
}

function parse(path: string): unknown {
  try {
    if (statSync(systemPath(path)).size > MOST_JSON_BYTES) throw new Error('it is too long')
    return JSON.parse(readFileSync(systemPath(path), 'utf8'))
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'it is no JSON' : failureReason(cause)
    throw new InputError(`Cannot read "${path}": ${reason}`, path, { cause })
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string'
}

/** True for what an archive or a task says of an input. */
export function isInput(input: unknown): input is InputFacts {
  if (!isObject(input)) return false
  const { path, bytes, sha256, compression, format, linkType, headers } = input
  return (
    typeof path === 'string' &&
    path !== '' &&
    !path.includes('\0') &&
    (bytes === null || isCount(bytes)) &&
    isTextOrNull(sha256) &&
    isTextOrNull(compression) &&
    isTextOrNull(format) &&
    (linkType === null || isCount(linkType)) &&
    (headers === null || areHeaders(headers, format))
  )
}

function areHeaders(headers: unknown, format: unknown): boolean {
  if (!isObject(headers) || !Array.isArray(headers.ranges)) return false
  const { ranges, layout } = headers
  const isRight =
    format === 'pcapng' ? layout === undefined : format === 'pcap' && LAYOUTS.includes(layout as string)
  if (!isRight || ranges.length % 2 !== 0 || ranges.length === 0 || !ranges.every(isCount)) return false
  let before = -1
  for (const offset of ranges) {
    if (offset <= before) return false
    before = offset
  }
  return true
}
