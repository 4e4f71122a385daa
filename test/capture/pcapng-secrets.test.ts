import { expect, it } from 'vitest'
import { MAX_SECRETS_TYPES, SecretsLog } from '../../src/capture/pcapng-secrets.js'

/** A block of `bytes` bytes that says that it holds `length` bytes of secrets. */
function block(type: number, bytes: number, length: number): DataView {
  const view = new DataView(new ArrayBuffer(Math.max(bytes, 20)))
  view.setUint32(0, 10, true)
  view.setUint32(4, bytes, true)
  view.setUint32(8, type, true)
  view.setUint32(12, length, true)
  return view
}

it('SecretsLog tells a bounded number of types apart, and counts all', () => {
  const log = new SecretsLog()
  for (let type = 0; type < 1_000; type++) log.add(block(type, 24, 3), 0, true)
  const found = log.described
  expect(found.length).toBe(MAX_SECRETS_TYPES + 1)
  expect(found[0]).toEqual({ type: 'type 0x00000000', blocks: 1, bytes: 3 })
  expect(found.at(-1)).toEqual({
    type: 'other types',
    blocks: 1_000 - MAX_SECRETS_TYPES,
    bytes: 3 * (1_000 - MAX_SECRETS_TYPES),
  })
})

it.each([
  ['is as long as it says', 24, 4, 4],
  ['says more than there is', 24, 4_000_000_000, 4],
  ['is empty', 20, 0, 0],
])('SecretsLog counts a block that %s', (_name, bytes, length, counted) => {
  const log = new SecretsLog()
  log.add(block(0x544c534b, bytes, length), 0, true)
  expect(log.described).toEqual([{ type: 'TLS key log', blocks: 1, bytes: counted }])
})

it('SecretsLog leaves out a block that is too short for a type', () => {
  const log = new SecretsLog()
  log.add(block(0x544c534b, 16, 0), 0, true)
  expect(log.described).toEqual([])
})
