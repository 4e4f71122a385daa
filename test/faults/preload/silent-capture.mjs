// Ends the thread of libpcap and the process of cap before they say anything.
import { isMainThread, workerData } from 'node:worker_threads'

const isLibpcap = !isMainThread && workerData !== null && 'options' in workerData && 'stop' in workerData
if (isLibpcap || process.argv[1]?.endsWith('live-cap-process.js') === true) process.exit(0)
