import { readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTree, runProgram, withFolder } from '../support/program.js'
import { isRoot, startHere, startWithoutRights } from './network.js'
import { programWithout } from './program-without.js'

const backends = ['libpcap', 'cap']

it.each(backends)('an interface that does not exist is named, with those there are (%s)', async (backend) => {
  await withFolder(async (folder) => {
    const args = ['-i', 'nope7', '-o', join(folder, 'out'), '--live-backend', backend]
    const { code, stderr, stdout } = await runProgram(args)
    expect([code, stdout.toString()]).toEqual([1, ''])
    expect(stderr).toMatch(
      /^pcap2conn: Cannot capture on "nope7": there is no such interface \(there are .*\blo\b.*\)\n$/,
    )
    expect(readdirSync(folder)).toEqual([])
  })
})

it.each([
  ['libpcap', 'the thread of libpcap ended'],
  ['cap', 'the process of cap ended'],
])('what ends before it captures is told, and not waited for (%s)', async (backend, problem) => {
  await withFolder(async (folder) => {
    const env = { NODE_OPTIONS: `--import=${resolve('test/faults/preload/silent-capture.mjs')}` }
    const args = ['-i', 'lo', '-o', join(folder, 'out'), '--live-backend', backend]
    const { code, stderr } = await runProgram(args, { env })
    expect([code, stderr]).toEqual([75, `pcap2conn: Cannot capture on "lo": ${problem}\n`])
    expect(readdirSync(folder)).toEqual([])
  })
})

it('an address that no interface has is named', async () => {
  const { code, stderr } = await runProgram(['-i', '203.0.113.77'])
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^pcap2conn: Cannot capture on "203.0.113.77": no interface has that address \(there are /,
  )
})

it.each(backends)('lists the interfaces (%s)', async (backend) => {
  const table = await runProgram(['-l', '--live-backend', backend])
  expect([table.code, table.stderr]).toEqual([0, ''])
  const lines = table.stdout.toString().split('\n')
  expect(lines[0]).toMatch(/^NAME +STATE +ADDRESSES +DESCRIPTION$/)
  expect(lines.find((line) => line.startsWith('lo '))).toMatch(/^lo +(up, )?loopback +127\.0\.0\.1/)

  const json = await runProgram(['-lj', '--live-backend', backend])
  const found = JSON.parse(json.stdout.toString()).find(({ name }: { name: string }) => name === 'lo')
  expect(found).toMatchObject({
    addresses: expect.arrayContaining(['127.0.0.1']),
    up: backend === 'cap' ? null : true,
    loopback: true,
  })
})

describe.runIf(isRoot)('as root', () => {
  it.each(backends)('a filter that libpcap refuses is bad usage (%s)', async (backend) => {
    const { code, stderr } = await runProgram(['-i', 'lo', '-e', 'tcp prot 80', '--live-backend', backend])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^pcap2conn: Cannot use -e\/--filter "tcp prot 80": column 5: .*\n$/)
  })

  it('a filter that the link type of the interface does not have is told with its column', async () => {
    const { code, stderr } = await runProgram(['-i', 'lo', '-e', 'udp or type mgt'])
    expect(code).toBe(2)
    expect(stderr).toBe(
      'pcap2conn: Cannot use -e/--filter "udp or type mgt": column 8: the link type has no 802.11 frames (link type ETHERNET (1))\n',
    )
  })

  it('a file for the raw packets that exists is not touched without --force', async () => {
    await withFolder(async (folder) => {
      const raw = join(folder, 'raw.pcapng')
      writeFileSync(raw, 'mine')
      const { code, stderr } = await runProgram(['-i', 'lo', '-o', folder, '-w', raw])
      expect([code, stderr]).toEqual([
        1,
        `pcap2conn: Cannot write "${raw}": file exists (use --force to replace it)\n`,
      ])
      expect(readTree(folder).get('raw.pcapng')?.toString()).toBe('mine')

      const forced = await runProgram(['-i', 'lo', '-o', folder, '-w', raw, '--force', '--duration', '0.1'])
      expect(forced.code).toBe(0)
      expect(readTree(folder).get('raw.pcapng')?.readUInt32BE()).toBe(0x0a0d0d0a)
    })
  })

  it.each(backends)('who may not capture is told of setcap (%s)', async (backend) => {
    const run = startWithoutRights(['-i', 'lo', '--live-backend', backend])
    expect(await run.code).toBe(1)
    const told =
      /^pcap2conn: Cannot capture on "lo": permission to capture is missing: .* sudo setcap cap_net_raw,cap_net_admin=eip \/.*\n$/
    expect(run.stderr()).toMatch(told)
  })

  it('the interfaces are listed without rights', async () => {
    const run = startWithoutRights(['-l'])
    expect([await run.code, run.stderr()]).toEqual([0, ''])
    expect(run.stdout()).toMatch(/^lo +up, loopback/m)
  })

  it('cap takes the place of libpcap where koffi is not installed, and says what that means', async () => {
    await withFolder(async (folder) => {
      const program = programWithout(folder, ['koffi', '@koromix'])
      const run = startHere(['-i', 'lo', '-o', join(folder, 'out'), '--duration', '0.2'], program)
      expect(await run.code).toBe(0)
      expect(run.stderr()).toContain(
        'Capturing on lo with cap in place of libpcap (the package koffi is not installed): times are those of receipt here',
      )
      const named = startHere(['-i', 'lo', '--live-backend', 'libpcap'], program)
      expect([await named.code, named.stderr()]).toEqual([
        1,
        expect.stringContaining('koffi is not installed'),
      ])
    })
  })
})

it.each([['-i', 'lo'], ['-l']])('without libpcap and cap, %s says what to install', async (...args) => {
  await withFolder(async (folder) => {
    const run = startHere(args, programWithout(folder, ['koffi', '@koromix', 'cap']))
    expect([await run.code, run.stdout()]).toEqual([1, ''])
    expect(run.stderr()).toMatch(
      /^pcap2conn: Cannot capture live: .*koffi is not installed.*cap is not installed.*Debian.*libpcap.*macOS.*Windows: Npcap.*\n$/,
    )
  })
})
