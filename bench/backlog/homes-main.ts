// Homes that come back, a process of its own: all connect at once, and each empties what it kept, oldest first.
import { connect } from 'node:net'
import { topicOf } from '../../server/contract/topics.ts'
import { connectPacket, publishPacket } from '../harness/load/packets.ts'
import { answerParent } from '../harness/worker.ts'
import { secretOf } from '../harness/world.ts'

export type ComeBack = {
  port: number
  serials: readonly string[]
  /** Of each home; the last one was taken at `lastAt` (epoch ms). */
  samples: number
  everyMs: number
  lastAt: number
}
/** `seconds` from the first connection to the last acknowledgement. */
export type CameBack = { acknowledged: number; seconds: number }

/** As docs/protocol.md asks of a device with much to say: one message under way, of so many values. */
const valuesAMessage = 60

answerParent({
  comeBack: async (told: ComeBack): Promise<CameBack> => {
    const startedAt = performance.now()
    const counts = await Promise.all(told.serials.map((serial) => emptied(serial, told)))
    const acknowledged = counts.reduce((sum, count) => sum + count, 0)
    return { acknowledged, seconds: (performance.now() - startedAt) / 1000 }
  },
})

/** Resolves with how many values were acknowledged: all of them. */
function emptied(serial: string, told: ComeBack): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: told.port, noDelay: true })
    let sent = 0
    const sendNext = () => {
      if (sent >= told.samples) {
        socket.destroy()
        return resolve(sent)
      }
      const values = valuesFrom(sent, told)
      sent += values.length
      const payload = JSON.stringify({ id: `kept-${told.lastAt}-${sent}`, values })
      socket.write(publishPacket(topicOf(serial, 'readings'), 1, payload))
    }
    socket.on('data', (bytes: Buffer) => {
      // CONNACK 0 and PUBACK, of four bytes each and never two at a time: nothing more is asked for.
      const isWelcome = bytes.length === 4 && ((bytes[0] === 0x20 && bytes[3] === 0) || bytes[0] === 0x40)
      if (!isWelcome) return void socket.destroy(new Error(`answered with ${bytes.toString('hex')}`))
      sendNext()
    })
    socket.once('error', (error) => reject(new Error(`${serial}: ${error.message}`)))
    socket.once('close', () => reject(new Error(`${serial}: cut after ${sent} values`)))
    socket.once('connect', () =>
      socket.write(
        connectPacket({ id: serial, username: serial, password: secretOf(serial), keepAlive: 60 }),
      ),
    )
  })
}

function valuesFrom(first: number, { samples, everyMs, lastAt }: ComeBack) {
  const count = Math.min(valuesAMessage, samples - first)
  return Array.from({ length: count }, (_, nth) => ({
    kind: 'co',
    value: (first + nth) % 5,
    time: lastAt - (samples - 1 - first - nth) * everyMs,
  }))
}
