import { expect, it } from 'vitest'
import { CaptureProgress } from '../../src/pipeline/capture-progress.js'

it('CaptureProgress tells a capture finished when every worker has finished it', () => {
  const shared = CaptureProgress.allocate(2, 3)
  const progress = new CaptureProgress(shared, 2)
  const other = new CaptureProgress(shared, 2)
  const state = () => [0, 1, 2].map((capture) => [progress.isFinished(capture), progress.hasFailed(capture)])
  other.finish(0, 0, false)
  other.finish(0, 1, true)
  expect(state()).toEqual([
    [false, false],
    [false, true],
    [false, false],
  ])
  other.finish(1, 1, false)
  expect(state()).toEqual([
    [true, false],
    [true, true],
    [false, false],
  ])
})
