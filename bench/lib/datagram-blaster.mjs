// Sends datagrams to 64 ports in turn at a given rate, many per system call, and prints how many it sent. Usage:
// datagram-blaster.mjs HOST RATE SECONDS BYTES, with RATE 0 for full speed. For 64-bit Linux only.
import koffi from 'koffi'

const PORTS = 64
const BATCH = 64
const AF_INET = 2
const SOCK_DGRAM = 2
const HEADER_BYTES = 64 // struct mmsghdr
const ADDRESS_BYTES = 16 // struct sockaddr_in

const [host = '', rate, seconds, bytes] = process.argv.slice(2)
const perSecond = Number(rate)
const c = koffi.load(null)
/** @type {(domain: number, type: number, protocol: number) => number} */
const socket = c.func('int socket(int domain, int type, int protocol)')
/** @type {(fd: number, messages: Uint8Array, count: number, flags: number) => number} */
const sendmmsg = c.func('int sendmmsg(int fd, void *messages, unsigned int count, int flags)')

const payload = Buffer.alloc(Number(bytes), 'payload ')
const part = Buffer.alloc(16) // struct iovec
part.writeBigUInt64LE(koffi.address(payload))
part.writeBigUInt64LE(BigInt(payload.length), 8)
const addresses = Buffer.alloc(PORTS * ADDRESS_BYTES)
const messages = Buffer.alloc(BATCH * HEADER_BYTES)
for (let i = 0; i < BATCH; i++) {
  const address = (i % PORTS) * ADDRESS_BYTES
  addresses.writeUInt16LE(AF_INET, address)
  addresses.writeUInt16BE(20_000 + (i % PORTS), address + 2)
  addresses.set(host.split('.').map(Number), address + 4)
  const message = i * HEADER_BYTES
  messages.writeBigUInt64LE(koffi.address(addresses) + BigInt(address), message)
  messages.writeUInt32LE(ADDRESS_BYTES, message + 8)
  messages.writeBigUInt64LE(koffi.address(part), message + 16)
  messages.writeBigUInt64LE(1n, message + 24)
}

const fd = socket(AF_INET, SOCK_DGRAM, 0)
if (fd < 0) throw new Error('no socket')
const sleeper = new Int32Array(new SharedArrayBuffer(4))
const startMs = performance.now()
const endMs = startMs + Number(seconds) * 1000
let sent = 0
for (let now = startMs; now < endMs; now = performance.now()) {
  if (perSecond > 0 && sent > ((now - startMs) / 1000) * perSecond) {
    Atomics.wait(sleeper, 0, 0, 1)
    continue
  }
  const count = sendmmsg(fd, messages, BATCH, 0)
  if (count < 0) throw new Error('sendmmsg failed')
  sent += count
}
console.log(sent)
