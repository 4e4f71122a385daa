import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { namedModules, type SourceFile, sourceFiles, sourceOf } from './support/source-files.js'

const SRC = 'src'
/** Sources that are a package of their own: they may import nothing but themselves. */
const PACKAGE = 'pcap-filter'
const PACKAGE_SRC = `packages/${PACKAGE}/src`
const MAX_LINES = 300

// Folder or top-level module -> what it may import besides its own files: other folders, packages, Node's modules.
// One that is not listed may import nothing. Protocol code (wire, stream, flow, ring) knows neither files nor threads.
const MAY_IMPORT: Readonly<Record<string, string>> = {
  'system-path': 'node:buffer',
  errors: 'system-path node:os',
  'safe-json': 'system-path',
  'archive-paths': 'node:path',
  'existing-outputs': 'errors system-path node:fs node:path',
  summary: 'errors safe-json',
  'make-folders': 'system-path node:fs node:path',
  'whole-file': 'make-folders system-path node:crypto node:fs node:path',
  'read-fully': 'node:fs',
  version: 'node:module',
  config: 'archive-paths errors zip-path system-path wire node:crypto node:fs node:os node:path', // wire: the names of link types
  input:
    'read-fully errors system-path capture node:crypto node:fs node:fs/promises node:net node:os node:path node:stream node:zlib tinyglobby xz-decompress zstddec/stream', // capture: the first packet's time
  capture: 'bytes errors ring cap koffi', // ring: the slots of a live capture
  wire: 'bytes',
  stream: 'bytes',
  content: 'bytes node:crypto node:zlib',
  flow: 'bytes stream wire',
  output:
    'archive-paths bytes content errors existing-outputs figures flow make-folders pause read-fully safe-json stream system-path whole-file wire node:crypto node:fs node:os node:path node:timers/promises node:events node:util node:zlib',
  pipeline:
    'archive-paths bytes errors existing-outputs input capture pcap-filter wire ring flow stream output read-fully summary system-path version whole-file piscina ' +
    'node:child_process node:crypto node:dns/promises node:events node:fs node:fs/promises node:os node:path node:stream ' +
    'node:timers/promises node:url node:worker_threads',
  inspect: 'errors input capture system-path wire pipeline',
  'report/app': 'figures preact preact/hooks uplot',
  search: 'errors re2js',
  'view/app': 'figures report/app preact preact/hooks',
  query: 'config errors output node:net', // output: the fields of the index
  archive:
    'config read-fully stream archive-paths capture errors existing-outputs flow pipeline whole-file input output query system-path hyparquet node:fs node:fs/promises node:path node:zlib',
  report:
    'unzip pipeline archive archive-paths existing-outputs errors zip-path figures report/app system-path version whole-file node:crypto node:fs node:fs/promises node:module node:path',
  unzip:
    'errors existing-outputs output system-path whole-file node:crypto node:fs/promises node:stream node:zlib',
  view:
    'archive bytes errors figures output pipeline report search whole-file unzip zip-path system-path piscina ' +
    'node:child_process node:crypto node:events node:fs node:fs/promises node:http node:net node:os node:path node:worker_threads node:zlib',
  job: 'archive archive-paths config errors existing-outputs input make-folders output pipeline report summary system-path version whole-file node:crypto node:fs node:path',
  library: 'config errors capture input output pipeline system-path node:fs node:path',
  index: 'config errors existing-outputs library pipeline',
  cli: 'job unzip zip-path query archive archive-paths config errors existing-outputs figures inspect pause pipeline report safe-json search summary system-path version view whole-file cli-progress picocolors yargs node:child_process node:events node:fs node:os node:path node:stream/consumers node:util',
}

// Types cost nothing when the program runs: all may use those of the configuration and the summary, and a few more.
const MAY_IMPORT_TYPES: Readonly<Record<string, string>> = {
  wire: 'capture',
  flow: 'capture',
  output: 'node:stream capture',
  archive: 'pipeline',
  library: 'node:stream',
  index: 'node:stream',
  inspect: 'node:stream',
  cli: 'node:stream',
  'report/app': 'report',
  'view/app': 'view',
}

// The rooms of a folder, and which others each may import. What stands beside the rooms is open to all.
const ROOMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  pipeline: { line: '', unpack: '', reading: 'line', live: 'line reading' },
  output: {
    zip: 'files index runs',
    files: 'index',
    console: 'files',
    parquet: '',
    runs: 'files',
    index: 'files parquet runs',
    handover: 'files index',
    conflicts: 'runs',
    objects: 'files runs',
    map: 'files runs',
    pcap: 'files runs zip',
  },
}

// [rule, pattern that only the folders and files named may contain, these]
const RESERVED: [string, RegExp, readonly string[]][] = [
  [
    'only cli/ touches arguments, environment, terminal and signals',
    /(?<![./\w#])(?:process\.(?:argv|env|std\w+|exit\w*|on\w*|cwd)\b|console\.)/,
    // Folders and file go with the process; the other is a process of its own.
    [
      'cli',
      'job/private-folder.ts',
      'pipeline/temp-folder.ts',
      'pipeline/live/live-cap-process.ts',
      'whole-file.ts',
    ],
  ],
  [
    'only cli/ and pipeline/ look at a clock',
    /\bDate\.now\b|\bperformance\.|\bnew Date\(\)|\bhrtime\b/,
    ['cli', 'pipeline'],
  ],
]

interface OwnedFile extends SourceFile {
  /** Below src/; of the package, with its name in front. */
  readonly path: string
  /** First folder below src/, or the name of a top-level module; the pages' code by itself; the name of the package. */
  readonly owner: string
}

const files: OwnedFile[] = [SRC, PACKAGE_SRC]
  .flatMap(sourceFiles)
  .filter(({ fullPath }) => !fullPath.endsWith('.d.ts'))
  .map((file) => ({
    ...file,
    path: file.fullPath.replace(`${SRC}/`, '').replace(`packages/${PACKAGE}/`, `${PACKAGE}/`),
    owner: ownerOf(file.fullPath),
  }))

function wordsOf(list = ''): string[] {
  return list.split(' ').filter((word) => word !== '')
}

function ownerOf(fullPath: string): string {
  if (fullPath.startsWith(`${PACKAGE_SRC}/`)) return PACKAGE
  const [folder = '', inner] = fullPath.slice(SRC.length + 1).split('/')
  return inner === 'app' ? `${folder}/app` : folder.replace(/\.[jt]s$/, '')
}

/** Every module that `file` names, by its owner, with whether only types come from it. */
function importsOf(file: OwnedFile) {
  return namedModules(file).map(({ specifier, isType }) => ({
    target: targetOf(file, specifier),
    specifier,
    isType,
  }))
}

function targetOf(file: OwnedFile, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  const target = join(dirname(file.fullPath), specifier)
  const isInside = (file.owner === PACKAGE) === (ownerOf(target) === PACKAGE)
  return isInside ? ownerOf(target) : 'another package by its path'
}

describe('the architecture', () => {
  it.each(files.map((file) => [file.path, file] as const))('lets %s import only downwards', (_path, file) => {
    const values = [file.owner, ...wordsOf(MAY_IMPORT[file.owner])]
    const types = [...values, 'config', 'summary', ...wordsOf(MAY_IMPORT_TYPES[file.owner])]
    const forbidden = importsOf(file).filter(
      ({ target, isType }) => !(isType ? types : values).includes(target),
    )
    expect(forbidden).toEqual([])
  })

  const rooms = Object.entries(ROOMS).flatMap(([folder, inside]) =>
    Object.entries(inside).map(([room, others]) => [`${folder}/${room}`, others] as const),
  )
  it.each(rooms)('lets the room %s import only of %j', (room, others) => {
    const [folder] = room.split('/') as [string]
    const strangers = files
      .filter(({ path }) => path.startsWith(`${room}/`))
      .flatMap((file) => importsOf(file).map(({ specifier }) => join(dirname(file.path), specifier)))
      .filter((path) => path.startsWith(`${folder}/`) && path.split('/').length > 2)
      .map((path) => path.split('/')[1]!)
      .filter((other) => !`${room} ${others}`.match(new RegExp(`(?:^|[ /])${other}(?: |$)`)))
    expect(strangers).toEqual([])
  })

  it('knows every room', () => {
    const found = Object.keys(ROOMS).map((folder) => [
      folder,
      [
        ...new Set(
          files
            .filter(({ path }) => path.startsWith(`${folder}/`) && path.split('/').length > 2)
            .map(({ path }) => path.split('/')[1]!),
        ),
      ].sort(),
    ])
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(
        Object.entries(ROOMS).map(([folder, inside]) => [folder, Object.keys(inside).sort()]),
      ),
    )
  })

  it('has no circle of folders', () => {
    const folders = Object.keys(MAY_IMPORT)
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
      if (seen.has(from)) return false
      seen.add(from)
      return wordsOf(MAY_IMPORT[from]).some((next) => next === to || reaches(next, to, seen))
    }
    expect(folders.filter((folder) => reaches(folder, folder))).toEqual([])
  })

  it('lists no folder that does not exist', () => {
    const known = new Set(files.map((file) => file.owner))
    expect(Object.keys(MAY_IMPORT).filter((owner) => !known.has(owner))).toEqual([])
  })

  it(`keeps every source file within ${MAX_LINES} lines`, () => {
    expect(
      files.filter((file) => file.text.trimEnd().split('\n').length > MAX_LINES).map((file) => file.path),
    ).toEqual([])
  })

  it.each(RESERVED)('%s', (_rule, pattern, owners) => {
    const strangers = files.filter(
      ({ owner, path, code }) => !owners.includes(owner) && !owners.includes(path) && pattern.test(code),
    )
    expect(strangers.map((file) => file.path)).toEqual([])
  })

  it('counts bad traffic instead of throwing it: wire/, stream/, flow/ and ring/ throw only for bugs', () => {
    const strangers = files.filter(
      (file) =>
        ['wire', 'stream', 'flow', 'ring'].includes(file.owner) &&
        /\bthrow\b(?!\s+new Error\(\s*[`'"]bug: )/.test(file.code),
    )
    expect(strangers.map((file) => file.path)).toEqual([])
  })

  it('compares sequence numbers only in stream/seq.ts', () => {
    const comparison =
      /\b(?:\w*Seq|seq)\b\s*(?:<=?|>=?)\s*[\w.#]|[\w.#]\s+(?:<=?|>=?)\s*[\w.#]*(?:Seq|\bseq)\b/
    const strangers = files.filter((file) => file.path !== 'stream/seq.ts' && comparison.test(file.code))
    expect(strangers.map((file) => file.path)).toEqual([])
  })

  it('gives the file system the bytes of paths that others may have named', () => {
    // Whose paths are all below the run's own temporary folder, or those of the package.
    const own =
      /^(?:library\/|output\/(?:runs\/|spill-file|handover\/finished-log)|pipeline\/(?:temp-folder|live\/live-cap|reading\/(?:resume-|kept-index))|view\/open-browser|report\/page|system-path|cli\/raw-arguments)/
    const call =
      /(?<![\w#])(?:(?:open|stat|lstat|readdir|opendir|mkdir|rmdir|rename|rm|unlink|readFile|realpath|mkdtemp|exists)Sync|realpath|stat)\((?!systemPath\(|\))/
    const strangers = files.filter(
      ({ path, code }) => /node:fs/.test(code) && !own.test(path) && call.test(code),
    )
    expect(strangers.map(({ path }) => path)).toEqual([])
  })

  it('starts no line of work that is left for later', () => {
    expect(files.filter((file) => /\b(?:TODO|FIXME|XXX)\b/.test(file.text)).map((file) => file.path)).toEqual(
      [],
    )
  })

  it('has a program to install', () => {
    expect(existsSync('bin/pcap2conn.js')).toBe(true)
  })
})

describe('the tests', () => {
  const tests = ['test', `packages/${PACKAGE}/test`].flatMap(sourceFiles)
  const cases = tests.filter(({ fullPath }) => fullPath.endsWith('.test.ts'))
  const byPath = new Map([...files, ...tests].map((file) => [file.fullPath, file]))

  /** `from` and all modules that they name, directly or not. */
  const reached = (from: readonly SourceFile[]): Set<string> => {
    const seen = new Set<string>()
    const pending = [...from]
    for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
      if (seen.has(file.fullPath)) continue
      seen.add(file.fullPath)
      for (const { specifier } of namedModules(file)) {
        const next = byPath.get(sourceOf(file, specifier) ?? '')
        if (next !== undefined) pending.push(next)
      }
    }
    return seen
  }
  const sourceFolder = (path: string) =>
    dirname(path).replace(/^test/, SRC).replace(`packages/${PACKAGE}/test`, PACKAGE_SRC)

  it('reach every module that is not the beginning of a program, a thread or a page', () => {
    const started = files.flatMap(({ fullPath, code }) =>
      [...code.matchAll(/new URL\('\.\/([\w-]+)\.js', import\.meta\.url\)/g)].map(([, name]) =>
        join(dirname(fullPath), `${name}.ts`),
      ),
    )
    const begins = new Set(['src/cli/start.ts', ...started])
    const seen = reached(cases)
    const untested = files.filter(
      ({ fullPath, owner }) => !seen.has(fullPath) && !begins.has(fullPath) && !owner.endsWith('/app'),
    )
    expect(untested.map(({ path }) => path)).toEqual([])
  })

  it('are beside what they are about: in its folder, and under the name of a module only where that one is', () => {
    const strangers = cases.filter((test) => {
      const folder = sourceFolder(test.fullPath)
      if (folder === SRC || !files.some(({ fullPath }) => fullPath.startsWith(`${folder}/`))) return false
      const name = basename(test.fullPath, '.test.ts')
      const homes = files.filter(({ fullPath }) => basename(fullPath).replace(/\.tsx?$/, '') === name)
      const isAtHome = homes.length === 0 || homes.some(({ fullPath }) => dirname(fullPath) === folder)
      const isAboutIt = [...reached([test])].some((path) => path.startsWith(`${folder}/`))
      return !isAtHome || !isAboutIt
    })
    expect(strangers.map(({ fullPath }) => fullPath)).toEqual([])
  })
})
