import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Folders whose tests start processes or threads and wait for them. */
const PROGRAM = [
  'test/browser',
  'test/determinism',
  'test/e2e',
  'test/faults',
  'test/fuzz',
  'test/live',
  'test/metamorphic',
  'test/pipeline',
  'packages/pcap-filter/test/differential',
]
const PROGRAM_FILES = PROGRAM.map((folder) => `${folder}/**/*.test.ts`)
const FILES = ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts']

/** Tests that wait begin first, so that those that only compute fill the time. */
class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isWaiting = ({ project }: TestSpecification) => project.name === 'program'
    return [...sorted.filter(isWaiting), ...sorted.filter((file) => !isWaiting(file))]
  }
}

export default defineConfig({
  // As in tsconfig.json: tests of sources need no build.
  resolve: { alias: { 'pcap-filter': resolve('packages/pcap-filter/src/index.ts') } },
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: availableParallelism(),
    sequence: { sequencer: WaitingFirst },
    projects: [
      { extends: true, test: { name: 'program', include: PROGRAM_FILES } },
      { extends: true, test: { name: 'modules', include: FILES, exclude: PROGRAM_FILES } },
    ],
  },
})
