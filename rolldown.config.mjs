import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { defineConfig } from 'rolldown'
import { globSync } from 'tinyglobby'

// The program starts with few files: to find, read and compile every module of src/ takes a third of the time of a small
// capture. The library face and the tests use the modules themselves.

/** Modules that run in a thread or process of their own: named where they are started, relative to the starter. */
const THREAD = /new URL\('\.\/([\w-]+)\.js', import\.meta\.url\)/g

/** A packet's way from its capture to the rings. V8 knows the constants of its own module alone, so that it is one. */
const DISPATCHER =
  /dist\/(bytes|capture\/(?!live)|ring|wire|pipeline\/line\/(dispatcher|descriptor|feeder|window-records|frame-places|datagram-space))/

/** @type {Record<string, string>} */
const threads = {}
for (const file of modules()) {
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(THREAD)) {
    threads[name] = file.replace(basename(file), `${name}.js`)
  }
}

/** The licences of packages whose code is in the pages, by package: they ask to be where the code is. */
const LICENCES = ['preact', 'uplot'].map((name) => ({
  name,
  text: readFileSync(`node_modules/${name}/LICENSE`, 'utf8'),
}))

function licenceFile() {
  const texts = LICENCES.map(({ name, text }) => `${name}\n\n${text}`)
  return `The pages contain code of these packages.\n\n${texts.join('\n')}`
}

/**
 * A report is handed on without that file.
 *
 * @param {string[]} packages
 */
function licenceLine(packages) {
  const lines = LICENCES.filter(({ name }) => packages.includes(name)).map(
    ({ name, text }) => `${name}: MIT licence, ${/^Copyright.*$/m.exec(text)}`,
  )
  return `/*! with code of ${lines.join('; ')} */`
}

/** Modules as tsc wrote them. */
function modules() {
  return globSync('dist/**/*.js', { ignore: ['dist/bundle/**', 'dist/app/**'] })
}

/**
 * The script and the style sheet of one of the pages, each as one file without imports.
 *
 * @param {string} name Of both files, in dist/app.
 * @param {string} script
 * @param {string[]} styles
 * @param {string[]} packages Whose code is in it.
 */
function page(name, script, styles, packages) {
  return defineConfig({
    input: { [name]: script },
    platform: 'browser',
    transform: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    output: {
      dir: 'dist/app',
      format: 'iife',
      minify: true,
      comments: false,
      postBanner: licenceLine(packages),
    },
    plugins: [
      {
        name: 'styles',
        generateBundle() {
          const source = styles.map((path) => readFileSync(path, 'utf8')).join('\n')
          this.emitFile({ type: 'asset', fileName: `${name}.css`, source })
          this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: licenceFile() })
        },
      },
    ],
  })
}

/**
 * The program, or a thread of it: each by itself, so that a thread begins with one file.
 *
 * @param {Record<string, string>} input
 * @param {import('rolldown').OutputOptions['codeSplitting']} codeSplitting
 */
function bundle(input, codeSplitting = true) {
  return defineConfig({
    input,
    external: /^(?!pcap-filter$)[^./]/, // packages stay packages, but for our own
    platform: 'node',
    // What cannot be found now would not be there when the program runs.
    onLog(level, log, report) {
      if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message)
      report(level, log)
    },
    output: {
      dir: 'dist/bundle',
      codeSplitting,
      comments: false,
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    },
  })
}

export default defineConfig([
  bundle(
    { start: 'dist/cli/start.js', index: 'dist/index.js' },
    { groups: [{ name: 'dispatcher', test: DISPATCHER }] },
  ),
  ...Object.entries(threads).map(([name, file]) => bundle({ [name]: file })),
  page(
    'report',
    'src/report/app/main.tsx',
    ['node_modules/uplot/dist/uPlot.min.css', 'src/report/app/theme.css', 'src/report/app/report.css'],
    ['preact', 'uplot'],
  ),
  page('view', 'src/view/app/main.tsx', ['src/report/app/theme.css', 'src/view/app/view.css'], ['preact']),
])
