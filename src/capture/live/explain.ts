import { LiveCaptureError } from '../../errors.js'
import { canonicalAddress } from './addresses.js'
import type { LiveInterface } from './live-capture.js'

/** Where nothing captures: what is missing, and what to install on which system. */
export function nothingCaptures(reasons: readonly string[]): LiveCaptureError {
  return new LiveCaptureError(
    `Cannot capture live: ${reasons.join('; ')}. Live capture needs libpcap and the optional package koffi (or cap). ` +
      'Debian and Ubuntu: apt install libpcap0.8 (for cap: libpcap-dev, python3, make and g++). ' +
      'macOS: libpcap is part of the system. Windows: Npcap from https://npcap.com. ' +
      'Then install pcap2conn again, with its optional packages',
  )
}

/**
 * Why an interface could not be opened. Where the right is missing: how to give it.
 *
 * @param program Path of the program that needs the right.
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

function missingRight(platform: NodeJS.Platform, program: string): string {
  if (platform === 'linux')
    return `the right to capture is missing: run as root, or give it to Node.js with: sudo setcap cap_net_raw,cap_net_admin=eip ${program}`
  if (platform === 'win32') return 'the right to capture is missing: run as administrator'
  return 'the right to capture is missing: run as root, or give yourself access to /dev/bpf*'
}

/**
 * The name of the interface that is called `wanted`, or has that address.
 *
 * @throws LiveCaptureError that names those there are.
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
  const known = names === '' ? 'there are none that may be captured on' : `there are ${names}`
  throw new LiveCaptureError(`Cannot capture on "${wanted}": ${problem} (${known})`)
}
