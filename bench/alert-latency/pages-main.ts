// The open pages of stewards, a process of its own. Each speaks as the shipped page does: it proves every ten seconds
// that it is in front and may sound, and says of every ring that it did.
import { io, type Socket } from 'socket.io-client'
import { answerParent } from '../harness/worker.ts'

export type Opening = {
  url: string
  pages: readonly { cookie?: string; follows?: readonly string[] }[]
}
/** `of` is the incident, or for the bare relay the serial; `at` epoch ms. */
export type Rung = { of: number | string; at: number }

const proveEveryMs = 10_000
const waitMsMax = 20_000

let sockets: Socket[] = []
let rung: Rung[] = []
let waiting: { count: number; resolve: () => void } | undefined

answerParent({ open, heard, taken, close })

async function open({ url, pages }: Opening): Promise<number> {
  sockets = await Promise.all(pages.map((page) => opened(url, page)))
  return sockets.length
}

function opened(url: string, { cookie, follows }: Opening['pages'][number]): Promise<Socket> {
  const headers = cookie === undefined ? {} : { extraHeaders: { cookie } }
  const socket = io(url, { transports: ['websocket'], forceNew: true, ...headers })
  const prove = () => void socket.emit('presence', { inFront: true, sound: true })
  setInterval(prove, proveEveryMs)
  socket.on('ring', (ring: { tellingId?: number; incidentId?: number; serial?: string }) => {
    rung.push({ of: ring.incidentId ?? ring.serial ?? '', at: performance.timeOrigin + performance.now() })
    if (ring.tellingId !== undefined) socket.emit('rang', ring.tellingId)
    if (waiting && rung.length >= waiting.count) waiting.resolve()
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

/** Resolves when so many have rung since they were last taken; false if they do not in time. */
function heard({ count }: { count: number }): Promise<boolean> {
  if (rung.length >= count) return Promise.resolve(true)
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), waitMsMax)
    waiting = {
      count,
      resolve: () => {
        clearTimeout(timer)
        resolve(true)
      },
    }
  })
}

function taken(): Rung[] {
  return rung.splice(0)
}

function close(): void {
  for (const socket of sockets) socket.disconnect()
  sockets = []
  rung = []
}
