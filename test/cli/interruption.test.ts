import { afterEach, expect, it, vi } from 'vitest'
import { Interruption } from '../../src/cli/interruption.js'
import { FakeStream } from './fake-terminal.js'

afterEach(() => vi.restoreAllMocks())

function watch() {
  const stdout = new FakeStream()
  const calls: string[] = []
  const interruption = new Interruption(stdout, {
    onSignal: () => calls.push('signal'),
    onStdoutError: (error) => calls.push(`stdout: ${error.message}`),
  })
  return { stdout, calls, interruption }
}

it('Interruption does nothing as long as nothing happens', () => {
  const { interruption, calls } = watch()
  interruption.release()
  expect([interruption.exitCode, interruption.signal.aborted, calls]).toEqual([null, false, []])
})

it('Interruption ends the process at a second signal', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
  const { interruption, calls } = watch()
  process.emit('SIGTERM', 'SIGTERM')
  vi.advanceTimersByTime(499)
  process.emit('SIGTERM', 'SIGTERM')
  expect(exit).not.toHaveBeenCalled() // the same one, passed on twice
  vi.advanceTimersByTime(1)
  process.emit('SIGINT', 'SIGINT')
  interruption.release()
  vi.useRealTimers()
  expect(exit).toHaveBeenCalledWith(130)
  expect([calls, interruption.signal.aborted]).toEqual([['signal'], true])
})

it('Interruption keeps the exit code of what came first', () => {
  const { stdout, interruption, calls } = watch()
  process.emit('SIGINT', 'SIGINT')
  stdout.emit('error', new Error('late'))
  interruption.release()
  expect([interruption.exitCode, calls]).toEqual([130, ['signal']])
})

it.each([
  ['EPIPE', 1, []],
  ['ENOSPC', 75, ['stdout: full']],
])('Interruption ends the run when standard output fails with %s', (code, exitCode, calls) => {
  const watched = watch()
  watched.stdout.emit('error', Object.assign(new Error('full'), { code }))
  watched.interruption.release()
  expect([watched.interruption.exitCode, watched.interruption.signal.aborted, watched.calls]).toEqual([
    exitCode,
    true,
    calls,
  ])
})
