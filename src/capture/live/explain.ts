import { LiveCaptureError } from '../../errors.js'
import { canonicalAddress } from './addresses.js'
import type { LiveInterface } from './live-capture.js'

/** The error when no backend works: what is missing, and what to install on each system. */
export function nothingCaptures(reasons: readonly string[]): LiveCaptureError {
  return new LiveCaptureError(
    `Cannot capture live: ${reasons.join('; ')}. Live capture needs libpcap and the optional package koffi (or cap). ` +
      'Debian and Ubuntu: apt install libpcap0.8 (for cap: libpcap-dev, python3, make and g++). ' +
      'macOS: libpcap is part of the system. Windows: Npcap from https://npcap.com. ' +
      'Then install pcap2conn again, with its optional packages',
  )
}

/**
 * The error when an interface cannot be opened. If permission is missing, it says how to grant it.
 *
 * @param program Path of the program that needs the permission.
 */
export function cannotOpen(
  name: string,
  problem: string,
  platform: NodeJS.Platform,
  program: string,
): LiveCaptureError {
  const isRight = /permission|permitted|CAP_NET_RAW|CAP_NET_ADMIN|EACCES|EPERM|access is denied/i.test(
    problem,
  )
  const text = isRight ? `${missingRight(platform, program)} (${problem})` : problem
  return new LiveCaptureError(`Cannot capture on "${name}": ${text}`)
}

/** Where what captures has ended before it could begin. */
export function captureDied(name: string, problem: string): LiveCaptureError {
  return new LiveCaptureError(`Cannot capture on "${name}": ${problem}`, { kind: 'run' })
}

function missingRight(platform: NodeJS.Platform, program: string): string {
  if (platform === 'linux')
    return `permission to capture is missing: run as root, or grant it to Node.js with: sudo setcap cap_net_raw,cap_net_admin=eip ${program}`
  if (platform === 'win32') return 'permission to capture is missing: run as administrator'
  return 'permission to capture is missing: run as root, or give yourself access to /dev/bpf*'
}

/**
 * Finds an interface by name or address and returns its name.
 *
 * @throws LiveCaptureError that lists the interfaces when none matches.
 */
export function findInterface(wanted: string, interfaces: readonly LiveInterface[]): string {
  if (interfaces.some(({ name }) => name === wanted)) return wanted
  const address = canonicalAddress(wanted)
  const [, zone] = /%(.+)$/.exec(wanted) ?? []
  const found = interfaces.find(
    ({ name, addresses }) =>
      address !== null && addresses.includes(address) && (zone === undefined || zone === name),
  )
  if (found !== undefined) return found.name
  const names = interfaces.map(({ name }) => name).join(', ')
  const problem = address === null ? 'there is no such interface' : 'no interface has that address'
  const known = names === '' ? 'no interface may be captured on' : `there are ${names}`
  throw new LiveCaptureError(`Cannot capture on "${wanted}": ${problem} (${known})`)
}
