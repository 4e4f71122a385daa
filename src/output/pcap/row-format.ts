// Rows of temporary files: what stands where in the inputs, for the files of packets.

/** A packet's row: input (4 bytes), position of its record (6), key of its connection (6). Big-endian: in the order of bytes. */
export const PACKET_ROW_BYTES = 16
/** A file's row: the row of its first packet, input and position of the last one, and the bytes of what follows. */
export const FILE_ROW_BYTES = PACKET_ROW_BYTES + 14
const LAST_INPUT = PACKET_ROW_BYTES
const LAST_POSITION = LAST_INPUT + 4
const CONTENT = LAST_POSITION + 6
/** Behind it: second, event (8 bytes each), nanosecond (4), uid, name (UTF-16, which has any path). */
const UID = 20

/** A file of packets. */
export interface PacketFileFacts {
  readonly firstInput: number
  readonly firstPosition: number
  /** Number of the connection's first packet, which no other of its capture has. */
  readonly key: number
  readonly lastInput: number
  readonly lastPosition: number
  readonly sec: number
  readonly nsec: number
  /** The event that ended the connection. */
  readonly event: number
  /** Empty: nobody asks for it. */
  readonly uid: string
  /** Below the output folder, with `/`. */
  readonly name: string
}

export function writePacketRow(target: Buffer, input: number, position: number, key: number): void {
  target.writeUInt32BE(input)
  target.writeUIntBE(position, 4, 6)
  target.writeUIntBE(key, 10, 6)
}

/** The row of a file. */
export function fileRow(facts: PacketFileFacts): Buffer {
  const content = Buffer.alloc(UID)
  content.writeDoubleLE(facts.sec)
  content.writeDoubleLE(facts.event, 8)
  content.writeUInt32LE(facts.nsec, 16)
  const uid = Buffer.alloc(18)
  uid.write(facts.uid, 'latin1')
  const name = Buffer.from(facts.name, 'utf16le')
  const header = Buffer.alloc(FILE_ROW_BYTES)
  writePacketRow(header, facts.firstInput, facts.firstPosition, facts.key)
  header.writeUInt32BE(facts.lastInput, LAST_INPUT)
  header.writeUIntBE(facts.lastPosition, LAST_POSITION, 6)
  header.writeUInt32BE(content.length + uid.length + name.length, CONTENT)
  return Buffer.concat([header, content, uid, name])
}

/** Bytes behind the header at `at`. */
export function fileRowContent(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at + CONTENT)
}

/** The file whose whole row stands at `at`. */
export function readFileRow(bytes: Buffer, at: number): PacketFileFacts {
  const from = at + FILE_ROW_BYTES
  const to = from + fileRowContent(bytes, at)
  return {
    ...readPacketRow(bytes, at),
    lastInput: bytes.readUInt32BE(at + LAST_INPUT),
    lastPosition: bytes.readUIntBE(at + LAST_POSITION, 6),
    sec: bytes.readDoubleLE(from),
    event: bytes.readDoubleLE(from + 8),
    nsec: bytes.readUInt32LE(from + 16),
    uid: bytes.toString('latin1', from + UID, from + UID + 18),
    name: bytes.toString('utf16le', from + UID + 18, to),
  }
}

export function readPacketRow(bytes: Buffer, at: number) {
  return {
    firstInput: bytes.readUInt32BE(at),
    firstPosition: bytes.readUIntBE(at + 4, 6),
    key: bytes.readUIntBE(at + 10, 6),
  }
}
