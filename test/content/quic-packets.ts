import { createCipheriv } from 'node:crypto'
import { clientInitialKeys } from '../../src/content/quic/initial-keys.js'

/** An integer of variable length. */
export function variable(value: number): Buffer {
  if (value < 0x40) return Buffer.of(value)
  return Buffer.of(0x40 | (value >> 8), value & 0xff)
}

/** A CRYPTO frame. */
export function crypto(offset: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(6), variable(offset), variable(bytes.length), bytes])
}

export interface InitialParts {
  readonly version?: number
  readonly id?: Buffer
  /** The ID that the keys are made from; by default that of the packet. */
  readonly keyId?: Buffer
  readonly number?: number
  /** Bits 4 and 5 of the first byte. */
  readonly type?: number
  readonly token?: Buffer
}

const ID = Buffer.from('8394c8f03e515708', 'hex')

/** A client's protected Initial packet with these frames, as RFC 9001 section 5 says. */
export function initial(frames: readonly Uint8Array[], parts: InitialParts = {}): Buffer {
  const {
    version = 1,
    id = ID,
    keyId = id,
    number = 0,
    type = version === 1 ? 0 : 1,
    token = Buffer.alloc(0),
  } = parts
  const { key, iv, headerKey } = clientInitialKeys(version, keyId, 0, keyId.length)!
  const numberBytes = Buffer.of(number >> 8, number & 0xff)
  const content = Buffer.concat([...frames, Buffer.alloc(20)])
  const versionBytes = Buffer.alloc(4)
  versionBytes.writeUInt32BE(version)
  const header = Buffer.concat([
    Buffer.of(0xc0 | (type << 4) | 1),
    versionBytes,
    Buffer.of(id.length),
    id,
    Buffer.of(0),
    variable(token.length),
    token,
    variable(numberBytes.length + content.length + 16),
    numberBytes,
  ])
  const nonce = Buffer.from(iv)
  nonce[10]! ^= numberBytes[0]!
  nonce[11]! ^= numberBytes[1]!
  const gcm = createCipheriv('aes-128-gcm', key, nonce)
  gcm.setAAD(header)
  const body = Buffer.concat([gcm.update(content), gcm.final(), gcm.getAuthTag()])
  const mask = createCipheriv('aes-128-ecb', headerKey, null).update(body.subarray(2, 18))
  header[0]! ^= mask[0]! & 0x0f
  header[header.length - 2]! ^= mask[1]!
  header[header.length - 1]! ^= mask[2]!
  return Buffer.concat([header, body])
}
