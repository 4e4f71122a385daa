import { execFileSync } from 'node:child_process'
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { platform } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { endpoint } from '../../fixtures/generator/packets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import { withFolder } from '../support/program.js'
import { treeHashes } from '../support/trees.mjs'
import { expectClearEnd, run } from './fault-run.js'

const MINE = 'this is mine'
/** Where the planted links lead. */
const ELSEWHERE = 'elsewhere'

interface Plant {
  readonly what: string
  readonly at: (path: string, folder: string) => void
}
const links: Plant[] = [
  { what: 'a link to a file', at: (path, folder) => symlinkSync(join(folder, ELSEWHERE, 'mine'), path) },
  { what: 'a link to nothing', at: (path, folder) => symlinkSync(join(folder, ELSEWHERE, 'new'), path) },
  { what: 'a relative link', at: (path) => symlinkSync(`../${ELSEWHERE}/mine`, path) },
  { what: 'a link to itself', at: (path) => symlinkSync(path, path) },
  { what: 'a link to a device', at: (path) => symlinkSync('/dev/full', path) },
  { what: 'a hard link', at: (path, folder) => linkSync(join(folder, ELSEWHERE, 'mine'), path) },
]
const plants: Plant[] = [...links, { what: 'a pipe', at: (path) => execFileSync('mkfifo', [path]) }]

/** As many connections as there are plants: each has a data and a metadata file. */
const SMALL = toPcap((script) => {
  plants.forEach((_, i) => {
    const ports = { client: endpoint('10.0.0.1', 1_000 + i), server: endpoint('10.0.0.2', 53) }
    script.udp(ports).send(0, `question ${i}`)
  })
})
const DATA = plants.map((_, i) => `20240305093000-UDP-10.0.0.1.${1_000 + i}-10.0.0.2.53.txt`)
const METADATA = DATA.map((name) => name.replace('.txt', '-metadata.txt'))

function toPcap(write: (script: Script) => void): Buffer {
  const script = new Script(1_709_631_000)
  write(script)
  return script.toPcap()
}

/** Calls `use` with a folder that holds `small.pcap`, `temp`, an empty `out`, and `elsewhere` with a file. */
async function withPlaces(use: (folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    for (const name of ['temp', 'out', ELSEWHERE]) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'small.pcap'), SMALL)
    writeFileSync(join(folder, ELSEWHERE, 'mine'), MINE)
    await use(folder)
    expect(readdirSync(join(folder, ELSEWHERE))).toEqual(['mine'])
    expect(readFileSync(join(folder, ELSEWHERE, 'mine'), 'utf8')).toBe(MINE)
  })
}

/** What stands at a path: its kind, where it leads, which file it is. */
function standsAt(path: string): string {
  const stats = lstatSync(path)
  return stats.isSymbolicLink() ? `link to ${readlinkSync(path)}` : `${stats.mode} ${stats.ino}`
}

let expected: Map<string, string>
beforeAll(() =>
  withPlaces(async (folder) => {
    await run(folder, ['small.pcap', '-o', 'out', '-m', '-q'])
    expected = treeHashes(join(folder, 'out'))
    expect([...expected.keys()].sort()).toEqual([...METADATA, ...DATA].sort())
  }),
)

describe.concurrent('at the names of connection files', () => {
  // [files, their names]
  const files: [string, readonly string[]][] = [
    ['data', DATA],
    ['metadata', METADATA],
  ]
  it.each(files)('links, pipes and files are left alone, for %s, and the run says so', (_files, names) =>
    withPlaces(async (folder) => {
      const paths = names.map((name) => join(folder, 'out', name))
      plants.forEach((plant, i) => {
        plant.at(paths[i]!, folder)
      })
      const before = paths.map(standsAt)
      const result = await run(folder, ['small.pcap', '-o', 'out', '-m', '-q'])
      expectClearEnd(
        folder,
        result,
        1,
        /^(?:error +Cannot write "out\/[^"\n]+": file exists \(use --force[^\n]+\n){7}$/,
      )
      expect(paths.map(standsAt)).toEqual(before)
      for (const path of paths) rmSync(path)
      const others = [...expected].filter(([name]) => !names.includes(name))
      expect([...treeHashes(join(folder, 'out'))].sort()).toEqual(others.sort())
    }),
  )

  it('one of them lacks its path in the index, where its connection is, and the run says so', () =>
    withPlaces(async (folder) => {
      symlinkSync('nowhere', join(folder, 'out', DATA.at(-1)!))
      const args = ['-o', 'out', '-q', '--index', 'x.jsonl', '--report', 'r.html']
      const result = await run(folder, ['small.pcap', ...args])
      expectClearEnd(folder, result, 1, /^error +Cannot write "out\/[^"\n]+": file exists[^\n]+\n$/)
      const lines = readFileSync(join(folder, 'x.jsonl'), 'utf8').trimEnd().split('\n')
      const files = lines.map((line) => (JSON.parse(line) as { orig_file: string | null }).orig_file)
      expect(files.sort()).toEqual([...DATA.slice(0, -1), null].sort())
      expect(readdirSync(folder)).toContain('r.html')
    }))

  it('links, pipes and files are replaced with --force, not followed', () =>
    withPlaces(async (folder) => {
      for (const names of [DATA, METADATA])
        plants.forEach((plant, i) => {
          plant.at(join(folder, 'out', names[i]!), folder)
        })
      const result = await run(folder, ['small.pcap', '-o', 'out', '-m', '-q', '--force'])
      expectClearEnd(folder, result, 0, /^$/)
      expect(treeHashes(join(folder, 'out'))).toEqual(expected)
    }))

  it('a folder stays with --force, is named, and holds up no other file', () =>
    withPlaces(async (folder) => {
      const [taken] = DATA
      mkdirSync(join(folder, 'out', taken!))
      const result = await run(folder, ['small.pcap', '-o', 'out', '-m', '-q', '--force'])
      expectClearEnd(folder, result, 1, new RegExp(`^error +Cannot write "out/${taken}": it is a folder\\n$`))
      const others = [...expected].filter(([name]) => name !== taken)
      expect([...treeHashes(join(folder, 'out'))].sort()).toEqual(others.sort())
    }))
})

describe.concurrent('at the names that options give', () => {
  const targets = ['--index x.jsonl', '--summary s.json', '--report r.html', '--index x.parquet']
  const cases = links.map(({ what, at }, i) => [what, targets[i % targets.length]!.split(' '), at] as const)
  it.each(cases)('%s is refused before any work, for %j', (_what, [option, name], at) =>
    withPlaces(async (folder) => {
      const path = `out/${name}`
      at(join(folder, path), folder)
      const result = await run(folder, ['small.pcap', '-o', 'out', '-q', option!, path])
      const says = `^pcap2conn: Cannot write "${path}": file exists \\(use --force to replace it\\)\\n$`
      expectClearEnd(folder, result, 1, new RegExp(says))
      expect(readdirSync(join(folder, 'out'))).toEqual([name])
    }),
  )

  it('links are replaced with --force, not followed', () =>
    withPlaces(async (folder) => {
      const options = links.flatMap(({ at }, i) => {
        for (const name of [`${i}.jsonl`, ...(i === 0 ? ['r.html'] : i === 1 ? ['s.json'] : [])])
          at(join(folder, 'out', name), folder)
        return ['--index', `out/${i}.jsonl`]
      })
      const others = ['--report', 'out/r.html', '--summary', 'out/s.json']
      const result = await run(folder, ['small.pcap', '-o', 'out', '-q', '--force', ...options, ...others])
      expectClearEnd(folder, result, 0, /^$/)
      for (const entry of readdirSync(join(folder, 'out'), { withFileTypes: true }))
        expect([entry.name, entry.isFile()]).toEqual([entry.name, true])
    }))

  it('a pipe without a reader is given up, and everything else is written', () =>
    withPlaces(async (folder) => {
      execFileSync('mkfifo', [join(folder, 'out', 's.json')])
      const options = ['-m', '-q', '--summary', 'out/s.json', '--index', 'x.jsonl']
      const result = await run(folder, ['small.pcap', '-o', 'out', ...options])
      expectClearEnd(folder, result, 1, /^error +Cannot write "out\/s.json": nobody reads from that pipe\n$/)
      expect(treeHashes(join(folder, 'out'))).toEqual(expected)
    }))

  it('a pipe with a reader gets the summary', () =>
    withPlaces(async (folder) => {
      execFileSync('mkfifo', [join(folder, 'pipe')])
      const shell = 'cat pipe >copy &'
      const options = ['-q', '--summary', 'pipe']
      const result = await run(folder, ['small.pcap', '-o', 'out', ...options], { shell: `{ ${shell} }` })
      expectClearEnd(folder, result, 0, /^$/)
      expect(JSON.parse(readFileSync(join(folder, 'copy'), 'utf8')).packets.read).toBe(plants.length)
    }))
})

describe.concurrent('at names that are there for a moment only', () => {
  const record = '.pcap2conn.json'
  it('links and pipes in the place of the record of --resume are not followed', () =>
    withPlaces(async (folder) => {
      mkdirSync(join(folder, 'in'))
      plants.forEach(({ at }, i) => {
        writeFileSync(join(folder, 'in', `${i}`), SMALL)
        mkdirSync(join(folder, 'out', `${i}`))
        at(join(folder, 'out', `${i}`, record), folder)
        at(join(folder, 'out', `${i}`, `${record}.new`), folder)
      })
      const result = await run(folder, ['in', '-o', 'out', '-m', '-q', '--per-file', '--resume'])
      expectClearEnd(folder, result, 0, /^$/)
      for (const i of plants.keys()) {
        const out = join(folder, 'out', `${i}`)
        expect(JSON.parse(readFileSync(join(out, record), 'utf8')).complete).toBe(true)
        for (const name of [record, `${record}.new`, '.pcap2conn'])
          rmSync(join(out, name), { recursive: true })
        expect(treeHashes(out)).toEqual(expected)
      }
    }))

  // `$$` is the process id of the program, which takes the shell's place.
  it.skipIf(platform() === 'win32')('links at names with the process id hinder nothing', () =>
    withPlaces(async (folder) => {
      const names = ['r.html', 's.json', 'x.parquet'].flatMap((name) =>
        ['partial', 'tmp', 'jsonl'].map((ending) => `out/${name}.$$.${ending}`),
      )
      const shell = names.map((name) => `ln -s ../${ELSEWHERE}/mine ${name}`).join('; ')
      const options = ['-q', '--report', 'out/r.html', '--summary', 'out/s.json', '--index', 'out/x.parquet']
      const result = await run(folder, ['small.pcap', '-o', 'out', ...options], { shell })
      expectClearEnd(folder, result, 0, /^$/)
      const left = readdirSync(join(folder, 'out')).filter((name) => /\.(?:partial|tmp|jsonl)$/.test(name))
      expect(left).toHaveLength(names.length)
    }),
  )
})

describe.concurrent('in the place of a folder of --per-file', () => {
  // [what is planted, where it leads, option]
  const cases: [string, string, string][] = [
    ['a link to a folder', `../${ELSEWHERE}`, '--force'],
    ['a link to a folder', `../${ELSEWHERE}`, '--resume'],
    ['a link to nothing', `../${ELSEWHERE}/new`, '--force'],
  ]
  it.each(cases)('%s (%s) is refused with %s', (_what, target, option) =>
    withPlaces(async (folder) => {
      symlinkSync(target, join(folder, 'out', 'small.pcap'))
      const result = await run(folder, ['small.pcap', '-o', 'out', '-q', '--per-file', option])
      const says = /^pcap2conn: Cannot make the folder "out\/small\.pcap"[^\n]+a link has that name[^\n]+\n$/
      expectClearEnd(folder, result, 1, says)
    }),
  )

  it('a link that -o names is followed: the user has chosen it', () =>
    withPlaces(async (folder) => {
      symlinkSync('out', join(folder, 'link'))
      const result = await run(folder, ['small.pcap', '-o', 'link', '-m', '-q'])
      expectClearEnd(folder, result, 0, /^$/)
      expect(treeHashes(join(folder, 'out'))).toEqual(expected)
    }))
})
