import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { defineConfig } from 'rolldown'
import { globSync } from 'tinyglobby'

// The program starts with few files: to find, read and compile every module of src/ takes a third of the time of a small
// capture. The library face and the tests use the modules themselves.

/** Modules that run in a thread or process of their own: named where they are started, relative to the starter. */
const THREAD = /new URL\('\.\/([\w-]+)\.js', import\.meta\.url\)/g

/** @type {Record<string, string>} */
const input = { start: 'dist/cli/start.js', index: 'dist/index.js' }
for (const file of modules()) {
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(THREAD)) {
    input[name] = file.replace(basename(file), `${name}.js`)
  }
}

/** Modules as tsc wrote them. */
function modules() {
  return globSync('dist/**/*.js', { ignore: 'dist/bundle/**' })
}

export default defineConfig({
  input,
  external: /^[^./]/, // packages stay packages
  platform: 'node',
  output: { dir: 'dist/bundle', cleanDir: true, comments: false },
})
