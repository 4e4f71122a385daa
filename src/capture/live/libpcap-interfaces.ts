import { LiveCaptureError } from '../../errors.js'
import { addressFamily, SOCKET_ADDRESS_BYTES, socketAddressText } from './addresses.js'
import { errorBuffer, errorText, type Libpcap, type Pointer } from './libpcap-library.js'
import type { LiveInterface } from './live-capture.js'
import type { Koffi } from './load-koffi.js'

// Flags of `struct pcap_if`.
const IS_LOOPBACK = 1
const IS_UP = 2

/** Fields of `struct pcap_if`. */
interface PcapInterface {
  readonly next: Pointer | null
  readonly name: string
  readonly description: string | null
  readonly addresses: Pointer | null
  readonly flags: number
}

/** The fields of `struct pcap_addr` that are read. */
interface PcapAddress {
  readonly next: Pointer | null
  readonly address: Pointer | null
}

/**
 * Lists the interfaces that can be captured on, in libpcap's order.
 *
 * @throws LiveCaptureError
 */
export function listLibpcapInterfaces(
  { functions, koffi }: Libpcap,
  platform: NodeJS.Platform,
): LiveInterface[] {
  const first = new Uint8Array(koffi.sizeof('void *'))
  const error = errorBuffer()
  if (functions.findalldevs(first, error) !== 0)
    throw new LiveCaptureError(`Cannot list the interfaces: ${errorText(error)}`)
  const list = pointerIn(koffi, first)
  if (list === null) return []
  try {
    return readInterfaces(koffi, list, platform)
  } finally {
    functions.freealldevs(list)
  }
}

/** Reads the pointer that a C function wrote to `bytes`. */
export function pointerIn(koffi: Koffi, bytes: Uint8Array): Pointer | null {
  return koffi.decode(bytes, 'void *')
}

function readInterfaces(koffi: Koffi, list: Pointer, platform: NodeJS.Platform): LiveInterface[] {
  const struct = koffi.struct({
    next: 'void *',
    name: 'str',
    description: 'str',
    addresses: 'void *',
    flags: 'uint32_t',
  })
  const interfaces: LiveInterface[] = []
  for (let at: Pointer | null = list; at !== null; ) {
    const found: PcapInterface = koffi.decode(at, struct)
    interfaces.push({
      name: found.name,
      addresses: readAddresses(koffi, found.addresses, platform),
      description: found.description || null,
      isUp: (found.flags & IS_UP) !== 0,
      isLoopback: (found.flags & IS_LOOPBACK) !== 0,
    })
    at = found.next
  }
  return interfaces
}

function readAddresses(koffi: Koffi, list: Pointer | null, platform: NodeJS.Platform): string[] {
  const struct = koffi.struct({ next: 'void *', address: 'void *' })
  const hasLength = platform !== 'linux' && platform !== 'android' && platform !== 'win32'
  const addresses: string[] = []
  for (let at = list; at !== null; ) {
    const found: PcapAddress = koffi.decode(at, struct)
    if (found.address !== null) {
      const family = addressFamily(bytesAt(koffi, found.address, SOCKET_ADDRESS_BYTES.family), hasLength)
      if (family !== null)
        addresses.push(socketAddressText(bytesAt(koffi, found.address, SOCKET_ADDRESS_BYTES[family]), family))
    }
    at = found.next
  }
  return addresses
}

/** Owned copy of `count` bytes of the process's memory. */
function bytesAt(koffi: Koffi, pointer: Pointer, count: number): Uint8Array {
  return koffi.decode(pointer, koffi.array('uint8_t', count, 'Typed'))
}
