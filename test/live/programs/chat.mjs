// A connection on the loopback interface that carries standard input. Says "ready" when it is there.
import { once } from 'node:events'
import net from 'node:net'

const server = net.createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
const socket = net.connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1')
await once(socket, 'connect')
console.log('ready')
process.stdin.pipe(socket)
