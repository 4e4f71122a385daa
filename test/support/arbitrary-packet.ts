import fc from 'fast-check'

// Bytes that pass many tests of filters: for every header, the values that expressions test for.

const byte = fc.oneof(
  fc.constantFrom(
    0,
    1,
    2,
    4,
    5,
    6,
    8,
    17,
    44,
    51,
    58,
    60,
    80,
    0x40,
    0x45,
    0x46,
    0x60,
    0x80,
    0x81,
    0xaa,
    0xfe,
    0xff,
  ),
  fc.integer({ min: 0, max: 255 }),
)
const bytes = (length: number) => fc.array(byte, { minLength: length, maxLength: length })
const port = fc.constantFrom([0, 80], [1, 187], [0, 53], [0x17, 0xc1], [0, 22])
const ipv4Address = fc.oneof(
  fc.constantFrom([1, 2, 3, 4], [10, 0, 0, 1], [192, 168, 0, 1], [224, 0, 0, 1]),
  bytes(4),
)

const transport = fc.tuple(port, port, bytes(40)).map((parts) => parts.flat())
const ipv4 = fc
  .tuple(
    fc.constantFrom(0x45, 0x46, 0x4f),
    bytes(5),
    fc.constantFrom([0, 0], [0x20, 0], [0, 5], [0x40, 0]),
    fc.constantFrom(6, 17, 132, 1, 2, 58, 51),
    bytes(2),
    ipv4Address,
    ipv4Address,
    transport,
  )
  .map(([version, first, fragment, protocol, checksum, src, dst, payload]) => [
    version,
    ...first,
    ...fragment,
    64,
    protocol,
    ...checksum,
    ...src,
    ...dst,
    ...payload,
  ])
const ipv6 = fc
  .tuple(bytes(5), fc.constantFrom(6, 17, 58, 44, 0, 60, 51), bytes(33), transport)
  .map(([first, next, addresses, payload]) => [0x60, ...first, next, ...addresses, ...payload])

const etherType = fc.constantFrom(
  [8, 0],
  [8, 6],
  [0x86, 0xdd],
  [0x81, 0],
  [0x88, 0x47],
  [0x88, 0x64],
  [0, 40],
  [0x65, 0x58],
)
const network = fc.oneof(ipv4, ipv6, bytes(60))
const ethernet = fc.tuple(bytes(12), etherType, network).map((parts) => parts.flat())
const tagged = fc
  .tuple(bytes(12), fc.constant([0x81, 0]), bytes(2), etherType, network)
  .map((parts) => parts.flat())
const wlan = fc
  .tuple(byte, byte, bytes(22), fc.constant([0xaa, 0xaa, 3, 0, 0, 0]), etherType, network)
  .map((parts) => parts.flat())

/** A packet of any link type, up to about 130 bytes, cut anywhere. */
export const arbitraryPacket: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.oneof(ethernet, tagged, ipv4, ipv6, wlan, bytes(130)), fc.oneof(fc.constant(200), fc.nat(130)))
  .map(([content, length]) => Uint8Array.from(content.slice(0, length)))
