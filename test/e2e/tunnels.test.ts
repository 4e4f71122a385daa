import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTree, runProgram, withFolder } from '../support/program.js'

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures')

interface IndexRecord {
  readonly proto: string
  readonly tunnel: readonly string[]
  readonly vlan: readonly number[]
  readonly orig_bytes: number
  readonly 'id.orig_h': string
  readonly 'id.resp_p': number
}

/** Converts a fixture and gives its index records and its files. */
async function convert(fixture: string, ...options: string[]) {
  return withFolder(async (folder) => {
    const index = join(folder, 'index.jsonl')
    const out = join(folder, 'out')
    const capture = join(FIXTURES, fixture)
    const run = await runProgram([capture, '-o', out, '--utc', '-q', '--index', index, ...options])
    expect(run.code, run.stderr).toBe(0)
    const records = readFileSync(index, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as IndexRecord)
    return { records, files: readTree(out) }
  })
}

describe('a capture with tunnels', () => {
  it('gives the connections inside, with what was around them', async () => {
    const { records } = await convert('tunnels.pcap')
    expect(records.map(({ proto, tunnel, vlan }) => [proto, tunnel, vlan])).toEqual([
      ['tcp', ['vxlan:42'], [7]],
      ['tcp', ['gre:43981'], []],
      ['udp', ['6in4'], []],
      ['udp', ['gre:1', 'gtpu:17'], []],
      ['udp', [], []],
    ])
  })

  it('takes ports for what --decode-as says', async () => {
    const { records } = await convert(
      'tunnels.pcap',
      '--decode-as',
      'udp:4789=none',
      '--decode-as',
      'udp:9=gre',
    )
    expect(records.map(({ proto, tunnel }) => [proto, tunnel])[0]).toEqual(['udp', []])
    expect(records.flatMap(({ tunnel }) => tunnel)).toContain('gtpu:17')
  })

  it('gives the tunnels themselves with --no-decap, and all of their bytes', async () => {
    const { records, files } = await convert('tunnels.pcap', '--no-decap')
    expect(records.map((record) => [record.proto, record['id.orig_h'], record['id.resp_p']])).toEqual([
      ['udp', '203.0.113.1', 4789],
      ['udp', '203.0.113.2', 4789],
      ['gre', '203.0.113.1', 0],
      ['ipv6', '203.0.113.1', 0],
    ])
    expect(records.every(({ tunnel, vlan }) => tunnel.length === 0 && vlan.length === 0)).toBe(true)
    const [vxlan] = [...files].find(([name]) => name.includes('203.0.113.1.49152')) ?? []
    expect(vxlan).toBe('20240305104600-UDP-203.0.113.1.49152-203.0.113.2.4789.txt')
    const content = files.get(vxlan!)!
    expect(content.length).toBe(records[0]!.orig_bytes)
    expect([...content.subarray(0, 8)]).toEqual([8, 0, 0, 0, 0, 0, 42, 0])
    expect(content.toString('latin1')).toContain('GET /vxlan HTTP/1.1')
  })

  it('still passes VLAN tags with --no-decap', async () => {
    const { records } = await convert('vlan-qinq.pcap', '--no-decap')
    expect(records.map(({ vlan }) => vlan)).toEqual([[100], [7, 100]])
  })

  it('puts fragments together on both sides of a tunnel', async () => {
    const { files } = await convert('tunnel-fragments.pcap', '-s')
    const answers = [...files].filter(([name]) => name.includes('-TCP-10.1.0.80.80-'))
    expect(answers).toHaveLength(2)
    for (const [, content] of answers)
      expect(content.toString()).toMatch(/^HTTP.*line 0 .*line 59 of a long answer\n$/s)
  })

  it('puts fragments of the tunnel together with --no-decap too', async () => {
    const { records } = await convert('tunnel-fragments.pcap', '--no-decap')
    expect(records.map(({ proto }) => proto)).toEqual(['udp', 'udp', 'ipv4'])
  })
})
