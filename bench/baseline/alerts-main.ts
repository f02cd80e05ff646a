// The page of somebody who looks at the alerts of Node-RED, a process of its own.
import { WebSocket } from 'ws'
import { answerParent } from '../harness/worker.ts'
import { createRings } from '../alert-latency/rings.ts'

const rings = createRings()

answerParent({
  async open({ url }: { url: string }) {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    socket.on('message', (text: Buffer) =>
      rings.rang((JSON.parse(text.toString()) as { serial: string }).serial),
    )
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  },
  heard: rings.heard,
  taken: rings.taken,
})
