import { expect, it } from 'vitest'
import { CaptureFault, CaptureProgress } from '../../../src/pipeline/line/capture-progress.js'

it('CaptureProgress tells a capture finished when every worker has finished it', () => {
  const shared = CaptureProgress.allocate(2, 3)
  const progress = new CaptureProgress(shared, 2)
  const other = new CaptureProgress(shared, 2)
  const state = () => [0, 1, 2].map((capture) => [progress.isFinished(capture), progress.faults(capture)])
  other.finish(0, 0, 0)
  other.finish(0, 1, 5)
  expect(state()).toEqual([
    [false, 0],
    [false, 5],
    [false, 0],
  ])
  other.finish(1, 1, 4)
  expect(state()).toEqual([
    [true, 0],
    [true, 5],
    [false, 0],
  ])
})

it.each([
  [CaptureFault.NONE, true],
  [CaptureFault.OUTPUT, true],
  [CaptureFault.HELD_MEMORY, false],
  [CaptureFault.OPEN_CONNECTIONS, false],
  [CaptureFault.STOPPED, false],
])('CaptureProgress tells a capture with the faults %d whole: %s', (faults, isWhole) => {
  const progress = new CaptureProgress(CaptureProgress.allocate(2, 1), 2)
  progress.finish(0, 0, faults)
  expect(progress.isWhole(0)).toBe(false) // the other worker is still at it
  progress.finish(1, 0, CaptureFault.NONE)
  expect(progress.isWhole(0)).toBe(isWhole)
})
