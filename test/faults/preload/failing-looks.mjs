// Makes looks at what is called $UNSEEN, and the listing of a folder of that name, fail with the error $UNSEEN_ERROR.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename } from 'node:path'

const name = process.env.UNSEEN ?? ''
const code = process.env.UNSEEN_ERROR ?? ''

for (const call of /** @type {const} */ (['lstatSync', 'statSync', 'readdirSync'])) {
  if (call === 'readdirSync' ? !process.env.UNSEEN_LIST : process.env.UNSEEN_LIST) continue
  const original = /** @type {(...args: unknown[]) => unknown} */ (fs[call])
  Object.assign(fs, {
    [call]: (/** @type {unknown[]} */ ...args) => {
      if (basename(String(args[0])) !== name) return original(...args)
      throw Object.assign(new Error(`${code}: failed for the test, ${call} '${args[0]}'`), {
        code,
        syscall: call,
      })
    },
  })
}
syncBuiltinESMExports()
