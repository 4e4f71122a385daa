import { describe, expect, it } from 'vitest'
import { cannotOpen, findInterface, nothingCaptures } from '../../../src/capture/live/explain.js'
import type { LiveInterface } from '../../../src/capture/live/live-capture.js'
import { LiveCaptureError } from '../../../src/errors.js'

const interfaces: LiveInterface[] = [
  { name: 'eth0', addresses: ['192.0.2.1', 'fe80::1'], description: null, isUp: true, isLoopback: false },
  { name: 'eth1', addresses: ['fe80::1'], description: null, isUp: true, isLoopback: false },
  { name: 'lo', addresses: ['127.0.0.1', '::1'], description: null, isUp: true, isLoopback: true },
]

describe('findInterface()', () => {
  // [what is wanted, the interface]
  const cases: [string, string][] = [
    ['eth1', 'eth1'],
    ['192.0.2.1', 'eth0'],
    ['::1', 'lo'],
    ['0:0::1', 'lo'],
    ['fe80::1', 'eth0'],
    ['fe80::1%eth1', 'eth1'],
  ]
  it.each(cases)('takes %s for %s', (wanted, name) => {
    expect(findInterface(wanted, interfaces)).toBe(name)
  })

  it('names what there is where nothing fits', () => {
    expect(() => findInterface('eth9', interfaces)).toThrow(
      new LiveCaptureError('Cannot capture on "eth9": there is no such interface (there are eth0, eth1, lo)'),
    )
    expect(() => findInterface('::2', interfaces)).toThrow('no interface has that address (there are eth0')
    expect(() => findInterface('eth0', [])).toThrow('(no interface may be captured on)')
  })
})

describe('cannotOpen()', () => {
  // [the system's text, system, what is told]
  const cases: [string, NodeJS.Platform, RegExp][] = [
    [
      'socket: Operation not permitted',
      'linux',
      /run as root, or .* sudo setcap cap_net_raw,cap_net_admin=eip \/n \(socket/,
    ],
    ['CAP_NET_RAW may be required', 'linux', /setcap/],
    ['(cannot open BPF device) /dev/bpf0: Permission denied', 'darwin', /run as root, or .*\/dev\/bpf/],
    ['Error opening adapter: Access is denied.', 'win32', /run as administrator/],
    ['That device is not up', 'linux', /^Cannot capture on "x": That device is not up$/],
  ]
  it.each(cases)('explains %j on %s', (problem, platform, told) => {
    expect(cannotOpen('x', problem, platform, '/n').message).toMatch(told)
  })
})

it('nothingCaptures() says what is missing and what to install', () => {
  expect(nothingCaptures(['a', 'b']).message).toMatch(/^Cannot capture live: a; b\. .*Debian.*macOS.*Windows/)
})
