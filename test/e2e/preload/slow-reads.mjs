// Makes every read of a file that goes through the thread pool take a while, as on a slow disk: the `ms` of this module's URL.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const DELAY_MS = Number(new URL(import.meta.url).searchParams.get('ms'))
const read = /** @type {(...args: unknown[]) => void} */ (fs.read)

Object.assign(fs, {
  read: (/** @type {unknown[]} */ ...args) => setTimeout(() => read(...args), DELAY_MS),
})
syncBuiltinESMExports()
