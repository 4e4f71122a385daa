import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { foundUids } from '../../src/archive/found-uids.js'
import { InputError } from '../../src/errors.js'
import { convert } from '../../src/index.js'
import { whereOf } from '../../src/query/where.js'
import { duckdb } from '../support/duckdb.js'
import { FIXTURE_CAPTURES } from '../support/fixture-captures.js'

const folder = mkdtempSync(join(tmpdir(), 'found-'))
const index = join(folder, 'connections.parquet')
afterAll(() => rmSync(folder, { recursive: true }))
beforeAll(async () => {
  await convert({ inputFile: [...FIXTURE_CAPTURES], noWrite: true, index })
})

describe('foundUids()', () => {
  // [query, the same in SQL]
  it.each([
    ['proto = udp', "proto = 'udp'"],
    ['not proto in (udp, icmp)', "proto not in ('udp', 'icmp')"],
    ['resp_bytes > 1K and port = 80', `resp_bytes > 1024 and ("id.orig_p" = 80 or "id.resp_p" = 80)`],
    ['missed_bytes > 0 or overlap_conflicts != 0', 'missed_bytes > 0 or overlap_conflicts <> 0'],
    ['duration >= 1m', 'duration >= 60'],
    ['ts >= 2024-03-05T10:00:30Z', "ts >= timestamp '2024-03-05 10:00:30'"],
    ['conn_state in (SF, S1) and history contains D', "conn_state in ('SF', 'S1') and history like '%D%'"],
    [
      'host in 192.0.2.0/28',
      `regexp_matches("id.orig_h", '^192\\.0\\.2\\.([0-9]|1[0-5])$') or regexp_matches("id.resp_h", '^192\\.0\\.2\\.([0-9]|1[0-5])$')`,
    ],
    ['tunnel contains gre', "list_contains(tunnel, 'gre')"],
    ['vlan contains 20', 'list_contains(vlan, 20)'],
    ['capture = null', 'capture is null'],
    ['orig_file != null', 'orig_file is not null'],
    ['gaps_truncated', 'gaps_truncated'],
  ])('finds what SQL does: %s', async (query, sql) => {
    const rows = await duckdb(`select uid from '${index}' where ${sql}`)
    expect(await foundUids(index, whereOf(query))).toEqual(rows.map(({ uid }) => uid))
  })

  it.each([
    ['text', Buffer.from('no parquet file')],
    ['nothing', Buffer.alloc(0)],
    ['a file that ends like one', Buffer.from('PAR1\xff\xff\xff\x7fPAR1', 'latin1')],
  ])('refuses %s', async (name, bytes) => {
    const path = join(folder, name)
    writeFileSync(path, bytes)
    await expect(foundUids(path, whereOf('proto = udp'))).rejects.toThrow(InputError)
    await expect(foundUids(join(folder, 'none'), whereOf('proto = udp'))).rejects.toThrow(InputError)
  })
})
