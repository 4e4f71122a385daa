import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Folders whose tests start processes or threads and wait for them. */
const PROGRAM = [
  'browser',
  'determinism',
  'e2e',
  'faults',
  'filter/differential',
  'fuzz',
  'live',
  'metamorphic',
  'pipeline',
]
const PROGRAM_FILES = PROGRAM.map((folder) => `test/${folder}/**/*.test.ts`)

/** Tests that wait begin first, so that those that only compute fill the time. */
class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isWaiting = ({ project }: TestSpecification) => project.name === 'program'
    return [...sorted.filter(isWaiting), ...sorted.filter((file) => !isWaiting(file))]
  }
}

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: availableParallelism(),
    sequence: { sequencer: WaitingFirst },
    projects: [
      { extends: true, test: { name: 'program', include: PROGRAM_FILES } },
      { extends: true, test: { name: 'modules', include: ['test/**/*.test.ts'], exclude: PROGRAM_FILES } },
    ],
  },
})
