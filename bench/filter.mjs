// Measures the cost of a filter per packet, compared with a BPF interpreter in JavaScript and with tcpdump.
// See README.md in this folder.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compileFilter, machineOf } from 'pcap-filter'
import { median } from './lib/measure.mjs'
import { machine } from './lib/report.mjs'

/** @typedef {import('pcap-filter').Predicate} Predicate */

const TCPDUMP = 'tcpdump'
const ETHERNET = 1
const DISTINCT = 65_536
const SLOT_BYTES = 128
const FRAME_BYTES = 96
const EXPRESSIONS = [
  'tcp port 80 and net 10.0.0.0/8',
  'tcp',
  'host 10.0.0.1',
  'port 53 or 80 or 443',
  'tcp[tcpflags] & (tcp-syn|tcp-fin) != 0',
  'not (tcp or udp)',
  'vlan and ip6',
  'ip6 protochain 6',
]
const USAGE = `Usage: node bench/filter.mjs [options]
  --expression EXPR  instead of those that are measured; repeatable
  --packets N        a round (${2_000_000})
  --rounds N         ${7}
  --list N           a list of so many hosts, too (${1_000})`

const { values } = parseArgs({
  options: {
    expression: { type: 'string', multiple: true, default: EXPRESSIONS },
    packets: { type: 'string', default: '2000000' },
    rounds: { type: 'string', default: '7' },
    list: { type: 'string', default: '1000' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

/** Frames in one array: 70 % TCP over IPv4, 20 % UDP, the rest IPv6 and ARP. A fifth of the addresses in 10.0.0.0/8. */
function frames() {
  const bytes = new Uint8Array(DISTINCT * SLOT_BYTES)
  let seed = 1
  const random = (/** @type {number} */ below) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
  const ports = [80, 443, 53, 22, 8080]
  for (let slot = 0; slot < DISTINCT; slot++) {
    const frame = bytes.subarray(slot * SLOT_BYTES, slot * SLOT_BYTES + FRAME_BYTES)
    for (let i = 0; i < FRAME_BYTES; i++) frame[i] = random(256)
    const kind = random(100)
    const isIpv6 = kind >= 90 && kind < 97
    frame.set(kind >= 97 ? [8, 6] : isIpv6 ? [0x86, 0xdd] : [8, 0], 12)
    if (isIpv6) frame.set([0x60, 0, 0, 0, 0, 42, 6, 64], 14)
    if (kind >= 90) continue
    frame.set([0x45, 0, 0, 82, 0, 1, 0x40, 0, 64, kind < 70 ? 6 : 17], 14)
    if (random(5) === 0) frame.set([10, 0, 0, random(4)], 26)
    const port = ports[random(ports.length)] ?? 80
    if (random(2) === 0) frame.set([port >> 8, port & 255], random(2) === 0 ? 34 : 36)
  }
  return bytes
}

/**
 * Measures nanoseconds per packet.
 *
 * @param {Predicate} test
 * @param {Uint8Array} bytes
 * @param {number} packets
 */
function measure(test, bytes, packets) {
  let matched = 0
  const start = performance.now()
  for (let i = 0; i < packets; i++) {
    if (test(bytes, (i % DISTINCT) * SLOT_BYTES, FRAME_BYTES, FRAME_BYTES)) matched += 1
  }
  return { ns: ((performance.now() - start) * 1e6) / packets, matched }
}

/**
 * Writes a capture that repeats the frames several times, so that tcpdump's start-up hardly counts.
 *
 * @param {string} path
 * @param {Uint8Array} bytes
 */
function writeCapture(path, bytes) {
  const turns = 16
  const record = 16 + FRAME_BYTES
  const file = Buffer.alloc(24 + turns * DISTINCT * record)
  file.set([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0])
  file.writeUInt32LE(262_144, 16)
  file.writeUInt32LE(ETHERNET, 20)
  for (let i = 0; i < turns * DISTINCT; i++) {
    const at = 24 + i * record
    file.writeUInt32LE(FRAME_BYTES, at + 8)
    file.writeUInt32LE(FRAME_BYTES, at + 12)
    const from = (i % DISTINCT) * SLOT_BYTES
    file.set(bytes.subarray(from, from + FRAME_BYTES), at + 16)
  }
  writeFileSync(path, file)
  return turns * DISTINCT
}

/**
 * Measures tcpdump's nanoseconds per packet, including reading; null when it is not installed.
 *
 * @param {string} path
 * @param {number} packets
 * @param {string} expression
 */
function measureTcpdump(path, packets, expression) {
  const start = performance.now()
  const { status } = spawnSync(TCPDUMP, ['-r', path, '-w', '/dev/null', '--', expression], {
    stdio: 'ignore',
  })
  return status === 0 ? ((performance.now() - start) * 1e6) / packets : null
}

async function run() {
  const packets = Number(values.packets)
  const rounds = Number(values.rounds)
  const bytes = frames()
  const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-bench-'))
  const hosts = Array.from({ length: Number(values.list) }, (_, i) => `10.${i >> 8}.${i & 255}.9`).join(
    ' or ',
  )
  const list = `host ${hosts}`
  const rows = []
  try {
    const capture = join(folder, 'frames.pcap')
    const captured = writeCapture(capture, bytes)
    for (const expression of [...values.expression, list]) {
      const started = performance.now()
      const filter = await compileFilter(expression)
      const ours = filter.forLinkType(ETHERNET)
      const compileMs = performance.now() - started
      const loop = machineOf(filter.program(ETHERNET))
      const figures = {
        ours: /** @type {number[]} */ ([]),
        loop: /** @type {number[]} */ ([]),
        tcpdump: /** @type {number[]} */ ([]),
      }
      let matched = 0
      for (let round = 0; round < rounds; round++) {
        const mine = measure(ours, bytes, packets)
        matched = mine.matched
        figures.ours.push(mine.ns)
        const machine = measure(loop, bytes, Math.ceil(packets / 8))
        figures.loop.push(machine.ns)
        const theirs = expression === list ? null : measureTcpdump(capture, captured, expression)
        if (theirs !== null) figures.tcpdump.push(theirs)
      }
      const show = (/** @type {number[]} */ all) => (all.length === 0 ? '-' : median(all).toFixed(1))
      rows.push({
        expression: expression === list ? `${values.list} hosts` : expression,
        'matching %': ((100 * matched) / packets).toFixed(1),
        'compile ms': compileMs.toFixed(1),
        'ns a packet': show(figures.ours),
        'machine in a loop': show(figures.loop),
        'tcpdump -r, all in all': show(figures.tcpdump),
      })
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  console.table(rows)
  const { processors, model, node } = machine()
  console.log(`Node ${node}, ${processors} x ${model}, medians of ${rounds} rounds of ${packets} packets`)
}

if (values.help) console.log(USAGE)
else await run()
