import { expect, it } from 'vitest'
import { allowedOf, openFilesAllowed } from '../../src/pipeline/descriptor-limit.js'

it.each([
  [1_024, 2, 968],
  [256, 8, 152],
  [100, 2, 44],
  [64, 16, 1],
])('a limit of %d descriptors leaves %d workers %d output files', (limit, workers, files) => {
  expect(allowedOf(limit, workers)).toBe(files)
})

it('knows the limit of this process', () => {
  expect(openFilesAllowed(1)).toBeGreaterThan(0)
})
