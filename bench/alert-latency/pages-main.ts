// The open pages of stewards, a process of its own. Each speaks as the shipped page does: it proves every ten seconds
// that it is in front and may sound, and says of every ring that it did.
import { io, type Socket } from 'socket.io-client'
import { answerParent } from '../harness/worker.ts'
import { createRings } from './rings.ts'

export type Opening = {
  url: string
  pages: readonly { cookie?: string; follows?: readonly string[] }[]
}

const proveEveryMs = 10_000
const rings = createRings()

answerParent({
  open: async ({ url, pages }: Opening) => (await Promise.all(pages.map((page) => opened(url, page)))).length,
  heard: rings.heard,
  taken: rings.taken,
})

function opened(url: string, { cookie, follows }: Opening['pages'][number]): Promise<Socket> {
  const headers = cookie === undefined ? {} : { extraHeaders: { cookie } }
  const socket = io(url, { transports: ['websocket'], forceNew: true, ...headers })
  const prove = () => void socket.emit('presence', { inFront: true, sound: true })
  setInterval(prove, proveEveryMs)
  socket.on('ring', (ring: { tellingId?: number; incidentId?: number; serial?: string }) => {
    rings.rang(ring.incidentId ?? ring.serial ?? '')
    if (ring.tellingId !== undefined) socket.emit('rang', ring.tellingId)
  })
  return new Promise((resolve, reject) => {
    socket.once('connect_error', reject)
    socket.once('connect', () => {
      if (follows) socket.emit('follow', follows)
      prove()
      resolve(socket)
    })
  })
}
