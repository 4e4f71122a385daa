// Chooses places of a room at random, the same ones for the same seed, until they have so many mutants, and prints them as a list
// for `stryker run -m`: node test/mutation/sample.mjs ROOM MUTANTS [SEED]
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Instrumenter } from '@stryker-mutator/instrumenter'

const [room = 'stream', wanted = '250', seed = '1'] = process.argv.slice(2)
const { mutator } = JSON.parse(readFileSync(new URL('stryker.config.json', import.meta.url), 'utf8'))
const silent = { debug() {}, info() {}, warn() {}, isDebugEnabled: () => false, isTraceEnabled: () => false }

const folder = join('src', room)
const files = readdirSync(folder, { recursive: true })
  .filter((name) => name.endsWith('.ts'))
  .sort()
  .map((name) => ({ name: join(folder, name), content: readFileSync(join(folder, name), 'utf8'), mutate: true }))
const { mutants } = await new Instrumenter(silent).instrument(files, {
  ignorers: [],
  plugins: null,
  excludedMutations: mutator.excludedMutations,
})

const places = new Map()
for (const { fileName, location, status } of mutants) {
  if (status !== undefined) continue
  const { start, end } = location
  const place = `${fileName}:${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`
  places.set(place, (places.get(place) ?? 0) + 1)
}

// The generator of Park and Miller: any that gives the same numbers everywhere will do.
let state = Number(seed)
const next = (below) => {
  state = (state * 48_271) % 2_147_483_647
  return state % below
}
const left = [...places]
const chosen = []
for (let count = 0; count < Number(wanted) && left.length > 0; ) {
  const [[place, has]] = left.splice(next(left.length), 1)
  if (place.split('-')[0].split(':')[1] !== place.split('-')[1].split(':')[0] && has === 1) continue // whole blocks contain others
  chosen.push(place)
  count += has
}
process.stdout.write(`${chosen.sort().join(',')}\n`)
process.stderr.write(`${mutants.length} mutants, ${places.size} places\n`)
