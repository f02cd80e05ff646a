import type { Socket } from 'socket.io-client'
import type { ClientToServer, ServerToClient } from '#contract/live.ts'

export type Heard = ServerToClient & { connect: () => void; disconnect: () => void }
type Said = Exclude<keyof ClientToServer, 'watch'>
type Line = Socket<ServerToClient, ClientToServer>

/** What a page needs of a socket; its code (14 KB) arrives beside the first view and never holds it up. */
export type LiveLine = {
  readonly connected: boolean
  on: <E extends keyof Heard>(event: E, hear: Heard[E]) => void
  off: <E extends keyof Heard>(event: E, hear: Heard[E]) => void
  /** Only while connected: what is said about now is worth nothing later. */
  emit: <E extends Said>(event: E, said: Parameters<ClientToServer[E]>[0]) => void
  watch: (watch: Parameters<ClientToServer['watch']>[0]) => ReturnType<Line['emitWithAck']>
  end: () => void
}

/** On a bad line the code itself may not arrive: asked again until it does, the page shows that it is not live. */
const retryDelayMs = 3000

/** Opens the line of this page. Whoever listens before it stands is heard from its first word on. */
export function openLine(options: { slot?: string }): LiveLine {
  const hearers: [event: string, hear: (...said: never[]) => void][] = []
  let socket: Line | undefined
  let over = false

  async function open(): Promise<void> {
    const { io } = await import('socket.io-client')
    if (over) return
    socket = io({ transports: ['websocket'], ...(options.slot ? { auth: { slot: options.slot } } : {}) })
    for (const [event, hear] of hearers) socket.on(event as 'connect', hear)
  }
  const tryToOpen = (): void => void open().catch(() => setTimeout(tryToOpen, retryDelayMs))
  tryToOpen()

  return {
    get connected() {
      return socket?.connected ?? false
    },
    on(event, hear) {
      hearers.push([event, hear])
      socket?.on(event as 'connect', hear as () => void)
    },
    off(event, hear) {
      const index = hearers.findIndex(([known, one]) => known === event && one === hear)
      if (index >= 0) hearers.splice(index, 1)
      socket?.off(event as 'connect', hear as () => void)
    },
    emit(event, said) {
      if (socket?.connected) (socket as Socket).emit(event, said)
    },
    watch: (watch) =>
      socket ? socket.emitWithAck('watch', watch) : Promise.reject(new Error('the line does not stand yet')),
    end() {
      over = true
      socket?.disconnect()
    },
  }
}
