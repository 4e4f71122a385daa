import { describe, expect, it } from 'vitest'
import { MAX_DESCRIBED_INTERFACES } from '../../src/capture/capture-description.js'
import { interfaceClock } from '../../src/capture/interface-clock.js'
import type { CaptureInterface } from '../../src/capture/pcapng-blocks.js'
import { PcapngInterfaces } from '../../src/capture/pcapng-interfaces.js'

function described(name: string): CaptureInterface {
  return {
    linkType: 1,
    snaplen: 0,
    clock: interfaceClock(undefined, 0),
    resolution: '10^-6',
    name,
    description: name,
    filter: name,
    droppedPackets: null,
    fcsBytes: 0,
  }
}

describe('PcapngInterfaces', () => {
  it('takes as many interfaces in a section as its limit says, and as many again in the next', () => {
    const interfaces = new PcapngInterfaces(2)
    expect([1, 2, 3].map((id) => interfaces.tryAdd(described(`${id}`)))).toEqual([true, true, false])
    expect(interfaces.isLimitHit).toBe(true)
    interfaces.startSection()
    expect(interfaces.tryAdd(described('next'))).toBe(true)
    expect(interfaces.count).toBe(3)
  })

  it('keeps the texts of those that are described, and of no other', () => {
    const interfaces = new PcapngInterfaces(65_536)
    for (let id = 0; id <= MAX_DESCRIBED_INTERFACES; id++) interfaces.tryAdd(described(`if${id}`))
    expect(interfaces.described.length).toBe(MAX_DESCRIBED_INTERFACES)
    expect(interfaces.get(MAX_DESCRIBED_INTERFACES - 1)?.name).toBe('if999')
    expect(interfaces.get(MAX_DESCRIBED_INTERFACES)).toMatchObject({
      name: null,
      description: null,
      filter: null,
    })
  })
})
