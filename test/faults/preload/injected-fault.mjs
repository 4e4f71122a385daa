// Makes one call of node:fs fail: the FAULT_AT-th that any thread makes for a file that is no part of the program. With
// FAULT_LASTS all later calls of its kind fail, too. FAULT_LOG gets a line for the call that failed, or, where FAULT_AT
// is 0, for every call. FAULT_VARIANT says which of the kind's errors it is. FAULT_SHORT instead: every call that reads or
// writes does half of what is asked, which is no error.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { constants } from 'node:os'
import { resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getSystemErrorMap } from 'node:util'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'

/** @typedef {(...args: any[]) => any} Call */
/** @typedef {keyof typeof KINDS} Kind */

/** What is counted as one thing, the functions that do it, and how it fails. */
const KINDS = {
  open: { names: ['open', 'opendir', 'readFile', 'copyFile'], errors: ['EMFILE', 'EACCES', 'ESTALE'] },
  read: { names: ['read', 'readv'], errors: ['EIO', 'ESTALE'] },
  write: {
    names: [
      'write',
      'writev',
      'writeFile',
      'appendFile',
      'truncate',
      'ftruncate',
      'fsync',
      'fdatasync',
      'sync',
    ],
    errors: ['ENOSPC', 'EIO'],
  },
  stat: {
    names: ['stat', 'lstat', 'fstat', 'statfs', 'access', 'exists', 'realpath', 'readlink'],
    errors: ['EACCES', 'EIO', 'ESTALE'],
  },
  readdir: { names: ['readdir'], errors: ['EIO', 'EACCES', 'ESTALE'] },
  mkdir: { names: ['mkdir', 'mkdtemp'], errors: ['ENOSPC', 'EACCES', 'EIO'] },
  close: { names: ['close'], errors: ['EIO', 'ENOSPC'] },
  unlink: { names: ['unlink', 'rm', 'rmdir'], errors: ['EACCES', 'EIO', 'ESTALE'] },
  rename: { names: ['rename', 'link', 'symlink'], errors: ['EIO', 'ENOSPC', 'ESTALE'] },
}
/** Bytes are the argument after the descriptor; where in it, and how many, are the next two. */
const PARTIAL = ['read', 'write']

const at = Number(process.env.FAULT_AT ?? 0)
const variant = Number(process.env.FAULT_VARIANT ?? 0)
const lasts = process.env.FAULT_LASTS === '1'
const isShort = process.env.FAULT_SHORT === '1'
const log = process.env.FAULT_LOG
/** Calls for files of the program itself are the loader's. */
const program = fileURLToPath(new URL('../../../', import.meta.url))
const { openSync, writeSync } = fs
/** @type {number | undefined} */
let logFile

if (isMainThread) setEnvironmentData('fault', new Int32Array(new SharedArrayBuffer(8)))
/** Calls so far, of all threads, and the number of the kind that failed, plus 1. */
const shared = /** @type {Int32Array} */ (/** @type {unknown} */ (getEnvironmentData('fault')))
const kinds = /** @type {Kind[]} */ (Object.keys(KINDS))
/** Descriptors of the program's own files. */
const own = new Set()
/** What else was opened: its path by its descriptor. @type {Map<unknown, string>} */
const paths = new Map()

/** @param {unknown} file @returns {boolean} */
function isOwn(file) {
  if (typeof file === 'number') return own.has(file)
  const path = resolve(file instanceof URL ? fileURLToPath(file) : String(file))
  return `${path}${sep}`.startsWith(program)
}

/** @param {Kind} kind @param {string} name @param {unknown} file @returns {Error | null} why the call fails */
function failureOf(kind, name, file) {
  if (isShort || isOwn(file)) return null
  const number = Atomics.add(shared, 0, 1) + 1
  const errors = KINDS[kind].errors
  const code = errors[variant % errors.length] ?? ''
  const failed = kinds.indexOf(kind) + 1
  const isFirst = number === at
  const fails = isFirst || (lasts && Atomics.load(shared, 1) === failed)
  if (isFirst) Atomics.store(shared, 1, failed)
  if (log !== undefined && (isFirst || at === 0)) {
    logFile ??= openSync(log, 'a')
    writeSync(
      logFile,
      `${JSON.stringify({ number, kind, name, code, file: paths.get(file) ?? String(file) })}\n`,
    )
  }
  if (!fails) return null
  return systemError(code, name, file)
}

/** As Node makes it, which has no name for some. @param {string} name of the error @param {string} call @param {unknown} file */
function systemError(name, call, file) {
  const errno = -constants.errno[/** @type {keyof typeof constants.errno} */ (name)]
  const unknown = `Unknown system error ${errno}`
  const [code, text] = getSystemErrorMap().get(errno) ?? [unknown, unknown]
  const place = typeof file === 'number' ? '' : ` '${file}'`
  const facts = typeof file === 'number' ? {} : { path: String(file) }
  return Object.assign(new Error(`${code}: ${text}, ${call}${place}`), {
    code,
    errno,
    syscall: call,
    ...facts,
  })
}

/** @param {string} name @param {any[]} args of a call on a descriptor @returns {any[]} those that do half of it */
function halved(name, args) {
  const [file, bytes, offset, length, ...others] = args
  if (!isShort || !PARTIAL.includes(name) || !(bytes instanceof Uint8Array)) return args
  if (typeof length !== 'number' || length < 2 || isOwn(file)) return args
  return [file, bytes, offset, Math.ceil(length / 2), ...others]
}

/** @param {string} name @param {unknown} file what was opened or closed @param {unknown} result */
function note(name, file, result) {
  if (name === 'open' && isOwn(file)) own.add(result)
  else if (name === 'open') paths.set(result, String(file))
  if (name === 'close') own.delete(file)
}

/** @param {Kind} kind @param {string} name @param {Call} call @returns {Call} */
function sync(kind, name, call) {
  return (...args) => {
    const failure = failureOf(kind, name, args[0])
    if (failure !== null && name === 'close') call(...args)
    if (failure !== null && name === 'exists') return false
    if (failure !== null) throw failure
    const result = call(...halved(name, args))
    note(name, args[0], result)
    return result
  }
}

/** @param {Kind} kind @param {string} name @param {Call} call @returns {Call} */
function withCallback(kind, name, call) {
  return (...args) => {
    const done = args.at(-1)
    const failure = failureOf(kind, name, args[0])
    if (failure !== null && name === 'close') return call(args[0], () => done?.(failure))
    if (failure !== null) return setImmediate(done, failure)
    const others = halved(name, args.slice(0, -1))
    return call(...others, (/** @type {unknown} */ error, /** @type {any[]} */ ...results) => {
      if (!error) note(name, args[0], results[0])
      done?.(error, ...results)
    })
  }
}

/** @param {Kind} kind @param {string} name @param {Call} call @returns {Call} */
function withPromise(kind, name, call) {
  return async (...args) => {
    const failure = failureOf(kind, name, args[0])
    if (failure !== null) throw failure
    const result = await call(...args)
    note(name, args[0], result?.fd)
    return result
  }
}

/** @param {Kind} kind @param {string} name @param {Call} call @returns {Call} */
function ofHandle(kind, name, call) {
  /** @this {import('node:fs/promises').FileHandle} @param {any[]} args */
  return async function method(...args) {
    const { fd } = this
    const failure = failureOf(kind, name, fd)
    if (failure !== null && name === 'close') await call.apply(this, args)
    if (failure !== null) throw failure
    const result = await call.apply(this, halved(name, [fd, ...args]).slice(1))
    note(name, fd, result)
    return result
  }
}

/** @param {object} target @param {string} name @param {(call: Call) => Call} change */
function replace(target, name, change) {
  const functions = /** @type {Record<string, Call>} */ (target)
  const call = functions[name]
  if (typeof call === 'function') functions[name] = Object.assign(change(call), call)
}

const handle = await fs.promises.open(fileURLToPath(import.meta.url))
const prototype = Object.getPrototypeOf(handle)
await handle.close()
for (const kind of kinds) {
  for (const name of KINDS[kind].names) {
    replace(fs, `${name}Sync`, (call) => sync(kind, name, call))
    replace(fs, name, (call) => withCallback(kind, name, call))
    replace(fs.promises, name, (call) => withPromise(kind, name, call))
    if (name !== 'open') replace(prototype, name, (call) => ofHandle(kind, name, call))
  }
}
syncBuiltinESMExports()
