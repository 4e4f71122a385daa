import { createCipheriv } from 'node:crypto'

/**
 * What one side of a connection sends: its number in the first four bytes, then bytes that nobody else sends.
 *
 * @param {number} number
 * @param {'up' | 'down'} direction
 * @param {number} bytes
 */
export function content(number, direction, bytes) {
  const key = Buffer.alloc(16, direction)
  const nonce = Buffer.alloc(16)
  nonce.writeUInt32BE(number)
  const sent = createCipheriv('aes-128-ctr', key, nonce).update(Buffer.alloc(bytes))
  sent.writeUInt32BE(number)
  return sent
}
