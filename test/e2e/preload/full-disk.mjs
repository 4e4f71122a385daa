// Makes every write of a file fail that goes beyond 4 KiB, as on a full disk.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const MAX_BYTES = 4096
const writeSync = /** @type {(...args: unknown[]) => number} */ (fs.writeSync)

Object.assign(fs, {
  writeSync: (/** @type {unknown[]} */ ...args) => {
    const [descriptor, , , length, position] = args
    if (Number(descriptor) > 2 && Number(length) + Number(position ?? 0) > MAX_BYTES) {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }
    return writeSync(...args)
  },
})
syncBuiltinESMExports()
