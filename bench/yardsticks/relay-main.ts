// A bare relay, a process of its own: aedes in, socket.io out. No database, no rules, nobody is asked who they are.
import { Aedes } from 'aedes'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { answerParent } from '../harness/worker.ts'

answerParent({
  /** Gives the ports. Every message of a home goes to whoever said to follow it. */
  async listen() {
    const http = createHttpServer().listen(0, '127.0.0.1')
    await once(http, 'listening')
    const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false })
    io.on('connection', (socket) => socket.on('follow', (serials: string[]) => void socket.join(serials)))
    const aedes = await Aedes.createBroker()
    aedes.on('publish', ({ topic }, client) => {
      const serial = topic.split('/')[3]
      if (client && serial) io.to(serial).emit('ring', { serial })
    })
    const tcp = createServer({ noDelay: true }, aedes.handle).listen(0, '127.0.0.1')
    await once(tcp, 'listening')
    return { httpPort: (http.address() as AddressInfo).port, mqttPort: (tcp.address() as AddressInfo).port }
  },
})
