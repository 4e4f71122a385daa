import { SkippedPaths } from '../../src/input/skipped-paths.js'
import type { InputSummary, Summary } from '../../src/summary.js'

/** A run's summary with every field. */
export function runSummary(given: Partial<Summary> = {}): Summary {
  return {
    version: '1.0.0',
    seconds: 1.5,
    workers: 2,
    skipped: new SkippedPaths().summary,
    inputs: [inputSummary()],
    packets: {
      read: 6,
      filtered: 1,
      not_ip: 1,
      malformed: 1,
      fragments: 1,
      duplicates: 0,
      other_shard: 0,
      delivered: 2,
    },
    connections: { total: 1, tcp: 1 },
    bytes: {
      captured: 600,
      payload: 60,
      missing: 0,
      retransmitted: 0,
      written: 60,
      payload_captured: 60,
      delivered: 60,
      repeated: 0,
      conflicting: 0,
      outside: 0,
      outside_by_kind: {
        before_start: 0,
        after_fin: 0,
        late: 0,
        unconfirmed: 0,
        reset_text: 0,
        keep_alive: 0,
      },
    },
    overlap_conflicts: 0,
    gaps: 0,
    files: 1,
    damage: { holes: 0, lost_bytes: 0 },
    limits: {},
    details: {},
    unknown_link_types: {},
    warnings: [],
    errors: [],
    failures: [],
    ...given,
  }
}

export function inputSummary(given: Partial<InputSummary> = {}): InputSummary {
  return { path: 'a.pcap', bytes: 700, packets: 6, status: 'ok', problems: [], dropped: 0, ...given }
}
