// Folders as inputs: what is found there, by whatever names.

import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, convert } from '../../../dist/index.js'
import { filesBelow, treeOf, useTempFolder } from '../lib/folders.mjs'
import { pick } from '../lib/mutate-bytes.mjs'
import { findReadable, makeOddFolder, removeOddFolder, STEP_BYTES } from '../lib/odd-folders.mjs'
import { isPlain, isText, mustAgree, mustHold } from '../lib/properties.mjs'

/** @typedef {import('../../../dist/index.js').Summary} Summary */

const PROGRAM = new URL('../../../bin/pcap2conn.js', import.meta.url).pathname
const COMMAND_MS = 60_000

/** @type {import('../lib/target.mjs').TargetMaker} */
export const folders = ({ folder }) => ({
  name: 'folders',
  unitBytes: STEP_BYTES,
  make: (random) => Uint8Array.from({ length: STEP_BYTES * random.between(1, 30) }, () => random.below(256)),
  run: async (steps, random) => {
    const home = join(folder, 'folders')
    const [root, temp] = [join(home, 'in'), join(home, 'temp')]
    for (const path of [root, temp]) mkdirSync(path, { recursive: true })
    const leaveTemp = useTempFolder(temp)
    try {
      const packets = makeOddFolder(root, steps)
      const found = { files: /** @type {Set<string>} */ (new Set()), failed: 0 }
      findReadable(Buffer.from(root), true, found)
      const expected = [...found.files].flatMap((file) => packets.get(file) ?? [])
      const options = {
        inputFile: pick(random, [[root], [root], [root, root], [`${root}/`], [`${root}/**`]]),
        // Where results are the next time must not be looked into.
        outputDir: pick(random, [join(home, 'out'), join(root, 'out')]),
        perFile: random.chance(0.4),
        merge: false,
        force: true,
        separateSides: random.chance(0.5),
      }
      const isPattern = options.inputFile[0]?.endsWith('*') === true
      const first = await conversion(options)
      if (first === null) return
      if (!isPattern) checkInputs(first, expected, found.failed)
      const tree = treeOf(options.outputDir)
      mustAgree(tree.length, first.files, 'Files')
      const second = await conversion(options)
      mustAgree(second?.inputs, first.inputs, 'Inputs of the second run')
      mustAgree(treeOf(options.outputDir), tree, 'Files of the second run')
      mustAgree(readdirSync(temp), [], 'Temporary files left')
      if (random.chance(0.1)) checkCommand(options.inputFile[0] ?? '', join(home, 'other'))
    } finally {
      leaveTemp()
      removeOddFolder(Buffer.from(home))
    }
  },
})

/** @param {import('../../../dist/index.js').ConvertOptions} options @returns {Promise<Summary | null>} null: refused, in words */
async function conversion(options) {
  try {
    return await convert(options)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    mustHold(isText(error.message), () => `Message must be text: found ${error.message}`)
    return null
  }
}

/** @param {Summary} summary @param {readonly number[]} expected packets of each capture @param {number} failed */
function checkInputs(summary, expected, failed) {
  const read = summary.inputs.filter(({ status }) => status === 'ok').map((input) => input.packets)
  mustAgree(
    read.sort(),
    [...expected].sort(),
    'Packets of the captures that were read, and of those that are there,',
  )
  const told = summary.inputs.filter(({ status }) => status === 'failed').length + summary.errors.length
  mustHold(told >= failed, () => `${failed} names lead nowhere: ${told} are told`)
  const text = JSON.stringify(summary)
  mustHold(isText(text), () => 'The summary must be text')
}

/** @param {string} input @param {string} output */
function checkCommand(input, output) {
  const args = [input, '-o', output, '--summary', '-', '--per-file']
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    timeout: COMMAND_MS,
    encoding: 'utf8',
  })
  const shown = `exit ${status}, ${signal ?? 'no signal'}: ${stderr.slice(0, 2000)}`
  mustHold(status !== null && status <= 2, () => `Exit code must be 0, 1 or 2: ${shown}`)
  mustHold(isPlain(stderr), () => `Messages must not have control characters: ${shown}`)
  if (status === 2) return
  mustAgree(filesBelow(output).length, JSON.parse(stdout).files, 'Files')
}
