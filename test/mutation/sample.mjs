// Chooses places of a room at random, the same ones for the same seed, until they have so many mutants. Prints them as a list for
// `stryker run -m`: node test/mutation/sample.mjs ROOM MUTANTS [SEED]
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [room = 'stream', wanted = '250', seed = '1'] = process.argv.slice(2)
// Installed only while mutants are tested.
const INSTRUMENTER = '@stryker-mutator/instrumenter'
const { Instrumenter } = await import(INSTRUMENTER)
const { mutator } = JSON.parse(readFileSync(new URL('stryker.config.json', import.meta.url), 'utf8'))
const silent = { debug() {}, info() {}, warn() {}, isDebugEnabled: () => false, isTraceEnabled: () => false }

const folder = join('src', room)
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort()
  .map((name) => ({
    name: join(folder, name),
    content: readFileSync(join(folder, name), 'utf8'),
    mutate: true,
  }))
const { mutants } = await new Instrumenter(silent).instrument(files, {
  ignorers: [],
  plugins: null,
  ...mutator,
})

/** @type {Map<string, number>} Mutants of a place. */
const places = new Map()
for (const { fileName, location, status } of mutants) {
  const { start, end } = location
  const isBlock = start.line !== end.line
  if (status !== undefined || isBlock) continue // a block is taken out whole, and contains other places
  const place = `${fileName}:${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`
  places.set(place, (places.get(place) ?? 0) + 1)
}

// The generator of Park and Miller: any that gives the same numbers everywhere will do.
let state = Number(seed)
const left = [...places.keys()]
/** @type {string[]} */
const chosen = []
for (let count = 0; count < Number(wanted) && left.length > 0; ) {
  state = (state * 48_271) % 2_147_483_647
  for (const place of left.splice(state % left.length, 1)) {
    chosen.push(place)
    count += places.get(place) ?? 0
  }
}
process.stdout.write(`${chosen.sort().join(',')}\n`)
