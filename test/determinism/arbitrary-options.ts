import fc from 'fast-check'
import type { ConvertOptions, Setting } from './outcome.mjs'

const INDEXES = ['OUT/index.jsonl', 'OUT/index.csv', 'OUT/index.parquet', 'OUT/index.log']

/** What a user may ask for, but for inputs and for what must not matter. */
export const arbitraryOptions: fc.Arbitrary<ConvertOptions> = fc
  .record({
    writeMetadata: fc.boolean(),
    separateSides: fc.boolean(),
    chunksHeader: fc.boolean(),
    json: fc.boolean(),
    index: fc.subarray(INDEXES),
    gaps: fc.constantFrom('marker', 'zeros', 'skip'),
    overlap: fc.constantFrom('first', 'last'),
    key: fc.constantFrom(undefined, undefined, '5-tuple'),
    tcpTimeout: fc.constantFrom(undefined, 0, 1, 3600),
    udpTimeout: fc.constantFrom(undefined, 0, 1, 300),
    maxBytes: fc.constantFrom(undefined, undefined, 1, 1_000),
    utc: fc.boolean(),
    noDecap: fc.constantFrom(false, false, false, true),
    filter: fc.constantFrom(
      undefined,
      undefined,
      undefined,
      'tcp',
      'udp or vlan',
      'less 100',
      'port 80 and ip6',
    ),
    inputs: fc.constantFrom<ConvertOptions>({}, {}, { perFile: true }, { merge: true }),
    writing: fc.constantFrom<ConvertOptions>(
      {},
      {},
      {},
      { writeToConsole: true },
      { writeToConsole: true, hex: true, json: false, chunksHeader: false },
      { noWrite: true },
    ),
  })
  .map(({ inputs, writing, ...options }) => ({ ...options, ...inputs, ...writing }))

/** What must not matter. More threads take longer to start than anything else here. */
export const arbitrarySetting: fc.Arbitrary<Setting> = fc.record({
  workers: fc.constantFrom(undefined, 1, 2, 2, 3, 4, 8),
  memory: fc.constantFrom('1M', '2M', '16M', '128M', '512M'),
  maxFileDesc: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(100, 500)),
})
