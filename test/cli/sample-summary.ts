import { SkippedPaths } from '../../src/input/skipped-paths.js'
import type { Summary } from '../../src/summary.js'

/** A summary of a sound run, with `changes` laid over it. */
export function sampleSummary(changes: Partial<Summary> = {}): Summary {
  return {
    version: '1.0.0',
    seconds: 2.5,
    workers: 2,
    skipped: new SkippedPaths().summary,
    inputs: [{ path: 'a.pcap', bytes: 5_000, packets: 1_250, status: 'ok', problems: [], dropped: 0 }],
    packets: {
      read: 1_250,
      filtered: 0,
      not_ip: 30,
      malformed: 4,
      fragments: 16,
      duplicates: 0,
      other_shard: 0,
      delivered: 1_200,
    },
    connections: { total: 12, tcp: 2, udp: 10 },
    bytes: {
      captured: 4_800,
      payload: 2_048,
      missing: 10,
      retransmitted: 20,
      written: 2_058,
      payload_captured: 2_068,
      delivered: 2_048,
      repeated: 19,
      conflicting: 1,
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
    overlap_conflicts: 1,
    gaps: 1,
    files: 24,
    damage: { holes: 0, lost_bytes: 0 },
    limits: {},
    details: {},
    unknown_link_types: {},
    warnings: [],
    errors: [],
    failures: [],
    ...changes,
  }
}
