import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Summary } from '../../src/summary.js'
import { PcapngBuilder, pcapFile } from '../support/capture-writers.js'
import { ethernet, ipv4, tcp, text, udp } from '../support/frames.js'
import { readTree, runProgram, withFolder } from '../support/program.js'

const web = ipv4({ protocol: 6 }, tcp({ srcPort: 4000, dstPort: 80, seq: 1, flags: 0x18 }, text('GET /')))
const mail = ipv4({ protocol: 6 }, tcp({ srcPort: 4001, dstPort: 25, seq: 1, flags: 0x18 }, text('HELO')))
const lookup = ipv4({ protocol: 17 }, udp({ srcPort: 5000, dstPort: 53 }, text('name?')))
const arp = ethernet(new Uint8Array(28), { etherType: 0x0806 })

function written(frames: readonly Uint8Array[]) {
  return frames.map((frame, i) => ({
    tsSec: 1_709_631_000 + i,
    tsNsec: 0,
    frame,
    originalBytes: frame.length,
  }))
}

const traffic = pcapFile(written([ethernet(web), ethernet(mail), ethernet(lookup), arp]))
const raw = pcapFile(written([web, lookup]), { linkType: 101 })

/** Runs the program on `files`; the summary is null where there is none. */
function filter(files: Readonly<Record<string, Uint8Array>>, args: readonly string[]) {
  return withFolder(async (folder) => {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes)
    const result = await runProgram(
      [...Object.keys(files), ...args, '-o', 'out', '--utc', '-q', '--summary', '-'],
      { cwd: folder },
    )
    const summary = result.stdout.length === 0 ? null : (JSON.parse(result.stdout.toString()) as Summary)
    return {
      ...result,
      summary,
      names: summary === null ? [] : [...readTree(join(folder, 'out')).keys()].sort(),
    }
  })
}

describe.concurrent('-e', () => {
  // [expression, connection files, packets that were filtered out]
  it.each([
    ['tcp port 80', ['20240305093000-TCP-10.0.0.1.4000-10.0.0.2.80.txt'], 3],
    ['udp or arp', ['20240305093002-UDP-10.0.0.1.5000-10.0.0.2.53.txt'], 2],
    ['tcp and not port 80', ['20240305093001-TCP-10.0.0.1.4001-10.0.0.2.25.txt'], 3],
    ['port 9', [], 4],
  ])('keeps the packets of "%s"', async (expression, names, filtered) => {
    const { code, stderr, summary, names: found } = await filter({ 'a.pcap': traffic }, ['-e', expression])
    expect([code, stderr]).toEqual([0, ''])
    expect(found).toEqual(names)
    expect(summary?.packets).toMatchObject({ read: 4, filtered })
  })

  it.each([
    ['tcp port', 'column 9: expected an address, a number or a name, the expression ends'],
    ['tcp udp', 'column 5: expected "and", "or" or the end, found "udp"'],
    ['vlan 5000', 'column 6: 5000 is not a VLAN id'],
  ])('ends at "%s" before anything is done', async (expression, reason) => {
    const { code, stderr, summary } = await filter({ 'a.pcap': traffic }, ['-e', expression])
    expect(code).toBe(2)
    expect(stderr).toContain(`Cannot use -e/--filter "${expression}": ${reason}`)
    expect(summary).toBeNull()
  })

  it('reports files whose link type the expression cannot be used with, and goes on with the others', async () => {
    const { code, stderr, summary } = await filter({ 'a.pcap': traffic, 'b.pcap': raw }, [
      '-e',
      'ether broadcast or udp',
    ])
    expect(code).toBe(1)
    expect(stderr).toContain('Cannot filter packets of link type RAW (101) in "b.pcap" (none was taken)')
    expect(summary?.inputs.map(({ path, status }) => [path, status])).toEqual([
      ['a.pcap', 'ok'],
      ['b.pcap', 'partial'],
    ])
    expect(summary?.packets).toMatchObject({ read: 6, filtered: 5, delivered: 1 })
  })

  it('has a test for each interface of a file', async () => {
    const both = new PcapngBuilder()
      .section()
      .interface(1)
      .interface(101)
      .enhanced(0, 1n, ethernet(web))
      .enhanced(1, 2n, web)
      .enhanced(0, 3n, ethernet(lookup))
      .enhanced(1, 4n, lookup)
      .done()
    const { code, summary } = await filter({ 'a.pcapng': both }, ['-e', 'udp port 53'])
    expect(code).toBe(0)
    expect(summary?.packets).toMatchObject({ read: 4, filtered: 2, duplicates: 1, delivered: 1 })
  })

  it('takes the link type that --link-type names', async () => {
    const unknown = pcapFile(written([web, lookup]), { linkType: 147 })
    const { code, summary } = await filter({ 'a.pcap': unknown }, ['-e', 'tcp port 80', '--link-type', 'RAW'])
    expect(code).toBe(0)
    expect(summary?.packets).toMatchObject({ read: 2, filtered: 1, delivered: 1 })
  })
})
