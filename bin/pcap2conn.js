#!/usr/bin/env node
import { writeSync } from 'node:fs'

// On SIGUSR1 Node.js opens its inspector, through which others run code, unless that signal is taken.
process.on('SIGUSR1', () => {})

let exitCode
try {
  const { start } = await import('../dist/bundle/start.js')
  exitCode = await start(process.argv.slice(2))
} catch (error) {
  if (error.syscall === undefined) throw error
  writeSync(2, `pcap2conn: Cannot load the program: ${error.message}\n`) // too few descriptors, a disk that fails
  exitCode = 75
}
process.exit(exitCode)
