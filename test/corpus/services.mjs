#!/usr/bin/env node
// Compares what the index says of the content of connections with what tshark shows: the first protocol that it names in a
// connection, and the names of servers. Tells for each service in how many of tshark's connections they agree. Needs `npm run build`.
//
//   node test/corpus/services.mjs [--cache FILE] [CORPUS]      CORPUS: by default ../shared/corpus beside this checkout
//
// FILE keeps what tshark said, which takes a quarter of an hour. Exit code: 0 as listed in services.jsonl, 1 something differs:
// - is listed and did not come, + came and is not listed.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readRows } from './rows.mjs'

const { values, positionals } = parseArgs({ options: { cache: { type: 'string' } }, allowPositionals: true })
const root = fileURLToPath(new URL('../..', import.meta.url))
const captures = join(positionals[0] ?? join(root, '../shared/corpus'), 'captures')
if (!existsSync(captures)) throw new Error(`no captures: ${captures}`)

/** tshark's names of protocols, and ours. */
const SERVICES = {
  tls: ['tls', 'ssl'],
  dtls: ['dtls'],
  quic: ['quic', 'gquic'],
  http: ['http'],
  http2: ['http2'],
  dns: ['dns', 'mdns', 'llmnr', 'nbns'],
  ssh: ['ssh'],
  smtp: ['smtp'],
  imap: ['imap'],
  pop3: ['pop'],
  ftp: ['ftp'],
  rdp: ['rdp'],
  smb: ['smb', 'smb2'],
  mqtt: ['mqtt'],
  sip: ['sip'],
  stun: ['stun', 'classicstun'],
  ntp: ['ntp'],
  dhcp: ['dhcp', 'bootp'],
}
const SERVICE_OF = new Map(
  Object.entries(SERVICES).flatMap(([service, names]) => names.map((name) => [name, service])),
)
const FIELDS =
  'frame.protocols ip.src ipv6.src ip.dst ipv6.dst tcp.srcport udp.srcport tcp.dstport udp.dstport tls.handshake.extensions_server_name http.host'

/** @param {string} protocol @param {string} first @param {string} second */
function keyOf(protocol, first, second) {
  return `${protocol} ${[first, second].sort().join(' ')}`
}

/** What tshark says of each connection of a capture. @param {string} path @returns {Promise<Record<string, any>>} */
function tsharkOf(path) {
  const fields = FIELDS.split(' ').flatMap((field) => ['-e', field])
  const args = ['-n', '-r', path, '-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=l', ...fields]
  return new Promise((resolve) => {
    const child = spawn('tshark', args, { stdio: ['ignore', 'pipe', 'ignore'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part) => {
      text += part
    })
    child.on('close', () => resolve(connectionsOf(text.split('\n'))))
  })
}

/** @param {string[]} lines */
function connectionsOf(lines) {
  /** @type {Record<string, { service: string | null, name: string | null, all: string[] }>} */
  const found = {}
  for (const line of lines) {
    const [protocols, ip, ipv6, toIp, toIpv6, tcp, udp, toTcp, toUdp, sni, host] = line.split('\t')
    const stack = (protocols ?? '').split(':')
    const transport = Math.max(stack.lastIndexOf('tcp'), stack.lastIndexOf('udp'))
    if (transport < 0) continue
    const protocol = stack[transport]
    const isIpv6 = stack.lastIndexOf('ipv6') > stack.lastIndexOf('ip')
    const [from, to] = protocol === 'tcp' ? [tcp, toTcp] : [udp, toUdp]
    const key = keyOf(`${protocol}`, `${isIpv6 ? ipv6 : ip}|${from}`, `${isIpv6 ? toIpv6 : toIp}|${to}`)
    const services = stack.slice(transport + 1).flatMap((name) => SERVICE_OF.get(name) ?? [])
    found[key] ??= { service: null, name: null, all: [] }
    const connection = found[key]
    for (const service of services) if (!connection.all.includes(service)) connection.all.push(service)
    connection.service ??= services[0] ?? null
    connection.name ??= sni || (host ?? '').replace(/:\d+$/, '') || null
  }
  return found
}

/** Every capture by its path below the corpus. @returns {Promise<Map<string, Record<string, any>>>} */
async function tsharkOfAll() {
  if (values.cache !== undefined && existsSync(values.cache))
    return new Map(Object.entries(JSON.parse(readFileSync(values.cache, 'utf8'))))
  const files = readdirSync(captures, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const paths = files.map((entry) => join(entry.parentPath, entry.name))
  const all = new Map()
  const next = paths.values()
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      for (const path of next) all.set(relative(captures, path), await tsharkOf(path))
    }),
  )
  if (values.cache !== undefined) writeFileSync(values.cache, JSON.stringify(Object.fromEntries(all)))
  return all
}

/** Records by capture. @returns {Map<string, any[]>} */
function recordsOfAll() {
  const scratch = mkdtempSync(join(tmpdir(), 'services-'))
  const index = join(scratch, 'index.jsonl')
  try {
    const args = ['-r', captures, '--per-file', '--no-write', '--index', index, '-q']
    const times = ['--tcp-timeout', '0', '--udp-timeout', '0']
    const { status } = spawnSync(process.execPath, [join(root, 'bin/pcap2conn.js'), ...args, ...times])
    // 1: some captures of the corpus are damaged
    if (status !== 0 && status !== 1) throw new Error(`pcap2conn ended with ${status}`)
    const lines = readFileSync(index, 'utf8').trim().split('\n')
    return grouped(lines)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** @param {string[]} lines */
function grouped(lines) {
  const groups = new Map()
  for (const line of lines) {
    const record = JSON.parse(line)
    const capture = relative(captures, record.capture)
    const group = groups.get(capture) ?? []
    group.push(record)
    groups.set(capture, group)
  }
  return groups
}

const theirs = await tsharkOfAll()
const ours = recordsOfAll()
/** @type {Map<string, { agree: number, of: number, ours: number }>} */
const counts = new Map()
/** @param {string} name */
function countsOf(name) {
  const found = counts.get(name) ?? { agree: 0, of: 0, ours: 0 }
  counts.set(name, found)
  return found
}
/** @type {Map<string, number>} */
const found = new Map()
for (const [capture, connections] of theirs) {
  /** @type {Map<string, any[]>} */
  const byKey = new Map()
  for (const record of ours.get(capture) ?? []) {
    const key = keyOf(
      record.proto,
      `${record['id.orig_h']}|${record['id.orig_p']}`,
      `${record['id.resp_h']}|${record['id.resp_p']}`,
    )
    byKey.set(key, [...(byKey.get(key) ?? []), record])
  }
  for (const [key, { service, name, all }] of Object.entries(connections)) {
    const records = byKey.get(key)
    if (records === undefined) continue
    const mine = records.map((record) => record.service)
    const first = mine.find((one) => one !== '-') ?? '-'
    const isSame = service === null ? first === '-' : mine.includes(service) || all.includes(first)
    if (service !== null) {
      countsOf(service).of += 1
      if (isSame) countsOf(service).agree += 1
    }
    if (first !== '-' && !all.includes(first)) countsOf(first).ours += 1
    if (!isSame) {
      const line = `${capture} ${service ?? '-'} ${first}`
      found.set(line, (found.get(line) ?? 0) + 1)
    }
    if (name === null || service === null || !isSame) continue
    countsOf('names').of += 1
    if (records.some(({ server_name }) => server_name === name.toLowerCase())) countsOf('names').agree += 1
    else found.set(`${capture} name ${name} ${records.find((r) => r.server_name)?.server_name ?? '-'}`, 1)
  }
}
for (const [name, { agree, of, ours: more }] of [...counts].sort())
  console.log(
    `${name.padEnd(6)} ${agree} of ${of}${more === 0 ? '' : `, and ${more} where tshark names another or none`}`,
  )
const listed = new Map(
  readRows('services.jsonl').map(({ capture, tshark, service, count }) => [
    `${capture} ${tshark} ${service}`,
    count,
  ]),
)
const lines = [
  ...[...listed]
    .filter(([line, count]) => found.get(line) !== count)
    .map(([line, count]) => `- ${line} ${count}`),
  ...[...found]
    .filter(([line, count]) => listed.get(line) !== count)
    .map(([line, count]) => `+ ${line} ${count}`),
]
for (const line of lines) console.log(line)
process.exitCode = lines.length === 0 ? 0 : 1
