import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { ConnectionFlag, type ConnectionTable } from '../../src/flow/connection-table.js'

const folders: string[] = []

/** A new folder that is removed after the test. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-test-'))
  folders.push(folder)
  return folder
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** Files below a folder that this process has open, as the system sees it. */
export function openFilesBelow(folder: string): number {
  let count = 0
  for (const descriptor of readdirSync('/proc/self/fd')) {
    try {
      if (readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(folder)) count += 1
    } catch {
      // closed meanwhile: the descriptor of the listing itself
    }
  }
  return count
}

/** Content of every file of a folder, by name, bytes as the characters U+0000..U+00FF. */
export function filesOf(folder: string): Record<string, string> {
  const files: Record<string, string> = {}
  for (const name of readdirSync(folder).sort()) files[name] = readFileSync(join(folder, name), 'latin1')
  return files
}

export interface TestConnection {
  protocol?: number
  /** Dotted decimal, or eight groups of hex in full. */
  orig?: string
  resp?: string
  origPort?: number
  respPort?: number
  sec?: number
  nsec?: number
  isNanosecond?: boolean
  firstNumber?: number
}

/** Opens a connection in the table, as the flow table does. */
export function addConnection(table: ConnectionTable, given: TestConnection = {}): number {
  const { protocol = 6, orig = '10.0.0.1', resp = '10.0.0.2', origPort = 1000, respPort = 80 } = given
  const { sec = 1563783092, nsec = 387_930_000, isNanosecond = false, firstNumber = 1 } = given
  const connection = table.allocate()
  const isIpv6 = orig.includes(':')
  table.protocol[connection] = protocol
  table.flags[connection] =
    (isIpv6 ? ConnectionFlag.IPV6 : 0) | (isNanosecond ? ConnectionFlag.NANOSECOND : 0)
  table.address.fill(0, 8 * connection, 8 * connection + 8)
  table.address.set(words(orig), 8 * connection)
  table.address.set(words(resp), 8 * connection + 4)
  table.port[2 * connection] = origPort
  table.port[2 * connection + 1] = respPort
  table.firstSec[connection] = sec
  table.lastSec[connection] = sec
  table.firstNsec[connection] = nsec
  table.lastNsec[connection] = nsec
  table.firstNumber[connection] = firstNumber
  table.encapId.fill(0, 2 * connection, 2 * connection + 2)
  table.icmpType[connection] = 0
  return connection
}

function words(address: string): number[] {
  if (!address.includes(':')) return [address.split('.').reduce((word, part) => word * 256 + Number(part), 0)]
  const groups = address.split(':').map((group) => Number.parseInt(group, 16))
  return [0, 2, 4, 6].map((i) => (groups[i] ?? 0) * 65_536 + (groups[i + 1] ?? 0))
}
