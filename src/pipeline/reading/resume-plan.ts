import { relative } from 'node:path'
import type { Config } from '../../config/config.js'
import { InputError } from '../../errors.js'
import type { InputSummary } from '../../summary.js'
import { shownPath } from '../../system-path.js'
import type { Capture } from './captures.js'
import { type KeptIndexFacts, keptIndexPath } from './kept-index.js'
import { areResultsThere, ensureList, hasConnectionFiles } from './result-list.js'
import {
  areEqual,
  type CaptureFacts,
  type CaptureSummary,
  factsOf,
  LISTING_VERSION,
  type RecordedReading,
  type ResumeRecord,
  readRecord,
} from './resume-record.js'
import { refusalOf, refusedBy } from './resume-refusals.js'

/** A capture that is converted. */
export interface Converted {
  readonly capture: Capture
  /** Null: it gets no record. */
  readonly facts: CaptureFacts | null
  /** The record of an earlier run; null: there is none. */
  readonly record: ResumeRecord | null
}

/** What a run with `--resume` does with its captures. */
export interface ResumePlan {
  /** The captures that are converted. */
  readonly converted: readonly Converted[]
  /** All captures in order: the inputs of one that is left alone, or the number of inputs of one that is converted. */
  readonly parts: readonly (readonly InputSummary[] | number)[]
  /** The summaries of the captures that are left alone. */
  readonly summaries: readonly CaptureSummary[]
  /** Paths of their index records. */
  readonly kept: readonly string[]
}

/** Decides which captures are converted. @throws OutputError when there is one capture and it cannot be converted. */
export async function planResume(planned: readonly Capture[], config: Config): Promise<ResumePlan> {
  const converted: Converted[] = []
  const parts: (readonly InputSummary[] | number)[] = []
  const summaries: CaptureSummary[] = []
  const kept: string[] = []
  for (const given of planned) {
    const { capture, facts } = lookInto(given, config)
    const { dir } = capture
    const record = facts === null ? null : readRecord(dir)
    if (facts !== null && record !== null) {
      const isListed = record.version >= LISTING_VERSION && record.complete
      const isLost = isListed && !ensureList(dir, record.results)
      const path = await keptOf(capture, facts, record, config)
      if (path !== null && record.summary !== null) {
        if (path !== '') kept.push(path)
        summaries.push(record.summary)
        parts.push(record.summary.inputs.map((reading) => skippedInput(capture, reading)))
        continue
      }
      const refusal = config.force ? null : refusalOf(dir, isLost, facts, record)
      if (refusal !== null && planned.length === 1) throw refusal
      if (refusal !== null) {
        converted.push({ capture: refusedBy(refusal, capture), facts: null, record: null })
        parts.push(capture.inputs.length)
        continue
      }
    }
    // Connection files without a record are not ours. They stay, and the capture gets no record, unless --force replaces them.
    const isOurs = record !== null || config.force || !hasConnectionFiles(dir)
    converted.push({ capture, facts: isOurs ? facts : null, record })
    parts.push(capture.inputs.length)
  }
  return { converted, parts, summaries, kept }
}

/** Where the paths in the kept index records of a capture lead. */
export function placeOf(
  { dir, name }: Capture,
  { outputDir }: Config,
): Pick<KeptIndexFacts, 'capture' | 'folder'> {
  return { capture: name, folder: relative(outputDir, dir) }
}

// An input whose size and time cannot be read fails now: if it were read later, it would have no record.
function lookInto(capture: Capture, config: Config): { capture: Capture; facts: CaptureFacts | null } {
  try {
    return { capture, facts: factsOf(capture.inputs, config) }
  } catch (failure) {
    if (!(failure instanceof InputError)) throw failure
    const inputs = capture.inputs.map((input) =>
      input.path === failure.path ? { ...input, failure } : input,
    )
    return { capture: { ...capture, inputs }, facts: null }
  }
}

// Path of the index records of a capture that is left alone; empty: no index is asked for. Null: it must be converted.
async function keptOf(
  capture: Capture,
  facts: CaptureFacts,
  record: ResumeRecord,
  config: Config,
): Promise<string | null> {
  const { complete, results, index, summary } = record
  if (!complete || !areEqual(facts, record) || results === null || summary === null) return null
  // Without files and index nothing shows that the capture was converted.
  if (results.files === 0 && index === null) return null
  if (!areResultsThere(capture.dir, results)) return null
  if (config.indexes.length === 0) return ''
  const place = placeOf(capture, config)
  if (index === null || index.capture !== place.capture || index.folder !== place.folder) return null
  return keptIndexPath(capture.dir, index)
}

function skippedInput({ inputs }: Capture, { input, ...reading }: RecordedReading): InputSummary {
  const status = reading.status === 'no_capture' ? reading.status : 'skipped'
  return { path: shownPath(inputs[input]!.path), ...reading, status }
}
