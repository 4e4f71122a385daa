import { workerData } from 'node:worker_threads'
import type { RecordFields } from '../../report/record-index.js'
import { matcherOf, type Pattern } from '../../search/pattern.js'
import { OutputFolder } from '../output-folder.js'
import { PayloadFiles } from '../payload-files.js'
import { type Found, type HitLimits, searchRecords } from './record-search.js'

/** What a thread that searches gets when it starts. */
export interface SearchTask {
  readonly outputDir: string
  readonly pattern: Pattern
  readonly limits: HitLimits
}

const { outputDir, pattern, limits } = workerData as SearchTask
const ready = Promise.all([OutputFolder.open(outputDir), matcherOf(pattern)])

/** Searches connections in the files of a run. */
export default async function searchBatch(records: readonly RecordFields[]): Promise<Found[]> {
  const [folder, matcher] = await ready
  return searchRecords(records, new PayloadFiles(folder, null).open, matcher, limits)
}
