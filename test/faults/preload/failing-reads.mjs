// Makes reads of a file fail when some of it was read, as on a disk that is broken there.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const GOOD_BYTES = 100_000
const good = new Map()
const { closeSync, read, readSync } = fs

/** @param {number} fd @param {number} bytes */
function use(fd, bytes) {
  good.set(fd, (good.get(fd) ?? 0) + bytes)
}
const isBroken = (/** @type {number} */ fd) => (good.get(fd) ?? 0) >= GOOD_BYTES
const failure = () =>
  Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read', errno: -5 })

Object.assign(fs, {
  /** @param {number} fd @param {Uint8Array} target @param {number} offset @param {number} length @param {number | null} position @param {(error: Error | null, bytes?: number) => void} done */
  read(fd, target, offset, length, position, done) {
    if (isBroken(fd)) return setImmediate(done, failure())
    return read(fd, target, offset, length, position, (error, bytes) => {
      use(fd, bytes)
      done(error, bytes)
    })
  },
  /** @param {number} fd @param {Uint8Array} target @param {number} offset @param {number} length @param {number | null} position */
  readSync(fd, target, offset, length, position) {
    if (isBroken(fd)) throw failure()
    const bytes = readSync(fd, target, offset, length, position)
    use(fd, bytes)
    return bytes
  },
  /** @param {number} fd */
  closeSync(fd) {
    good.delete(fd)
    closeSync(fd)
  },
})
syncBuiltinESMExports()
