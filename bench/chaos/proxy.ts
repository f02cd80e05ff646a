// The network that can be cut: every connection of the run passes through one of these.
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { undoLater } from '../harness/undo.ts'

export type Proxy = {
  port: number
  /** `frozen`: nothing passes and nothing breaks, as behind a dead switch. `cut`: all breaks, nobody gets through. */
  set(mode: 'open' | 'frozen' | 'cut'): void
  connections(): number
}

type Pair = { near: Socket; far: Socket | undefined }

/** @param targets ports of 127.0.0.1; taken in turn, the next one where nobody listens: a TCP balancer */
export async function openProxy(targets: readonly number[]): Promise<Proxy> {
  let mode: 'open' | 'frozen' | 'cut' = 'open'
  let turn = 0
  const pairs = new Set<Pair>()
  const held = new Set<() => void>()
  const end = (pair: Pair) => {
    pairs.delete(pair)
    pair.near.destroy()
    pair.far?.destroy()
  }

  function join(pair: Pair, tried: number): void {
    const port = targets[turn++ % targets.length] ?? 0
    const far = connect({ host: '127.0.0.1', port, noDelay: true })
    pair.far = far
    far.once('error', () => {
      if (far.connecting || tried + 1 >= targets.length || pair.near.destroyed) end(pair)
      else join(pair, tried + 1)
    })
    far.once('connect', () => {
      far.once('close', () => end(pair))
      pair.near.once('close', () => end(pair))
      pair.near.pipe(far).pipe(pair.near)
      if (mode === 'frozen') hold(pair)
    })
  }

  const server = createServer({ noDelay: true }, (near) => {
    if (mode === 'cut') return void near.resetAndDestroy()
    const pair: Pair = { near, far: undefined }
    pairs.add(pair)
    near.on('error', () => end(pair))
    if (mode === 'frozen') held.add(() => join(pair, 0))
    else join(pair, 0)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  undoLater(async () => {
    server.close()
    for (const pair of pairs) end(pair)
  })

  return {
    port: (server.address() as AddressInfo).port,
    connections: () => pairs.size,
    set(wanted) {
      mode = wanted
      if (mode === 'cut') for (const pair of pairs) end(pair)
      if (mode === 'frozen') for (const pair of pairs) hold(pair)
      if (mode !== 'open') return
      for (const { near, far } of pairs) if (far && !far.connecting) near.pipe(far).pipe(near)
      for (const go of held) go()
      held.clear()
    },
  }
}

function hold({ near, far }: Pair): void {
  for (const socket of [near, far]) socket?.unpipe().pause()
}
