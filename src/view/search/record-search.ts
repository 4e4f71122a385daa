import { InputError } from '../../errors.js'
import type { RecordFields } from '../../report/record-index.js'
import type { Matcher } from '../../search/matcher.js'
import type { OpenConversation } from '../payload-files.js'
import { ConversationSearch, type SideHit } from './conversation-search.js'

/** Connections searched side by side. */
const LANES = 4

/** How matches are told. */
export interface HitLimits {
  /** Bytes to show on both sides of a match. */
  readonly context: number
  /** Most matches told of each side of a connection; more are counted. */
  readonly mostHits: number
}

/** What was found in a connection. */
export interface Found {
  readonly uid: string
  /** By side, then by offset. */
  readonly hits: readonly SideHit[]
  /** Number of matches that are not among them. */
  readonly more: number
  /** Payload bytes that were searched. */
  readonly bytes: number
  /** What could not be searched, each one sentence. */
  readonly problems: readonly string[]
}

/** Searches connections, in any order. @returns What was found, in the order of the records. */
export async function searchRecords(
  records: readonly RecordFields[],
  open: OpenConversation,
  matcher: Matcher,
  limits: HitLimits,
  signal?: AbortSignal,
): Promise<Found[]> {
  const found: Found[] = []
  let next = 0
  const lane = async () => {
    const search = new ConversationSearch(matcher, limits.context)
    while (next < records.length && !signal?.aborted) {
      const i = next
      next += 1
      found[i] = await searchRecord(records[i]!, open, search, limits.mostHits, signal)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return found
}

async function searchRecord(
  record: RecordFields,
  open: OpenConversation,
  search: ConversationSearch,
  mostHits: number,
  signal?: AbortSignal,
): Promise<Found> {
  const hits: [SideHit[], SideHit[]] = [[], []]
  const problems: string[] = []
  let more = 0
  let bytes = 0
  const take = (hit: SideHit) => {
    const ofSide = hits[hit.side ?? 0]
    if (ofSide.length < mostHits) ofSide.push(hit)
    else more += 1
  }
  try {
    const files = await open(record)
    if (files !== null) {
      problems.push(...files.problems)
      try {
        bytes = await search.search(files, record, take, () => signal?.aborted === true)
      } finally {
        await files.close()
      }
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    problems.push(error.message)
  }
  return { uid: String(record.uid), hits: hits.flat(), more, bytes, problems }
}
