import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../../src/config/config.js'
import { ConnectionTable } from '../../../src/flow/connection-table.js'
import { FileNames } from '../../../src/output/files/file-names.js'
import { ConnectionRecords } from '../../../src/output/index/connection-records.js'
import { RecordLine } from '../../../src/output/index/record-line.js'
import { blankOutputTotals } from '../../../src/output/output-totals.js'
import { addConnection } from '../support.js'

const ipv4 = fc.ipV4()
const ipv6 = fc
  .array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.map((group) => group.toString(16)).join(':'))
const ends = fc.oneof(fc.tuple(ipv4, ipv4), fc.tuple(ipv6, ipv6))
const sec = fc.oneof(fc.nat(), fc.integer({ min: -(2 ** 40), max: 2 ** 40 }))

it('the index has the names that files get, whatever the time, protocol, addresses and number', () => {
  fc.assert(
    fc.property(
      ends,
      fc.nat(255),
      fc.nat(65_535),
      sec,
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      ([orig, resp], protocol, port, sec, twins, utc) => {
        const table = new ConnectionTable()
        const names = new FileNames(table, { utc, limits: { rememberedPackets: 100 } })
        names.startCapture('', 0)
        const found: string[] = []
        const line = new RecordLine(utc)
        const records = new ConnectionRecords(
          {
            table,
            encaps: { describe: () => ({ vlan: [], tunnel: [] }) },
            fileOf: () => null,
            totals: blankOutputTotals(),
            uids: { uid: () => 'Cabcdefghijklmnopq' },
            names,
          },
          { limits: DEFAULT_LIMITS, service: false, hash: false },
          (_sec, _nsec, uid, row) => found.push(JSON.parse(line.of(uid, row)).name),
        )
        const expected = Array.from({ length: twins }, () => {
          const connection = addConnection(table, { protocol, orig, resp, origPort: port, sec })
          names.opened(connection)
          records.finished(connection)
          return names.baseName(connection, 0)
        })
        expect(found).toEqual(expected)
      },
    ),
  )
})
