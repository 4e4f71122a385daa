import { readFileSync } from 'node:fs'

/** The rows of a list in this folder, each with the name of a reason that README.md explains. @param {string} name */
export function readRows(name) {
  const text = readFileSync(new URL(name, import.meta.url), 'utf8')
  const reasons = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  const rows = text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
  for (const { reason } of rows) {
    if (!reasons.includes(`| ${reason} |`))
      throw new Error(`README.md does not explain the reason "${reason}" of ${name}`)
  }
  return rows
}
