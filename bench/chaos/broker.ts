// The standard broker of a run: a process that is killed and frozen like the others, and started again at once.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { mosquittoAt } from '../../server/testing/external-brokers.ts'
import { freePort } from '../../server/testing/free-port.ts'
import { undoLater } from '../harness/undo.ts'

/** `external`: mosquitto where it is installed, else a bare aedes, which keeps nothing when it ends. */
export const brokerKinds = ['own', 'external', 'aedes'] as const
export type BrokerKind = (typeof brokerKinds)[number]

export type BrokerProcess = {
  name: string
  port: number
  /** As a crash does; it is started again `afterMs` later. */
  kill(afterMs: number): Promise<void>
  freeze(forMs: number): Promise<void>
}

export async function startBroker(kind: 'external' | 'aedes', dataDir: string): Promise<BrokerProcess> {
  const port = await freePort()
  const { name, program, args } =
    kind === 'external' && mosquittoAt !== undefined
      ? mosquitto(mosquittoAt, join(dataDir, 'mosquitto'), port)
      : bareAedes(port)
  let isOver = false
  const start = (): ChildProcess => spawn(program, args, { stdio: 'ignore' })
  let child = start()
  undoLater(async () => {
    isOver = true
    child.kill('SIGCONT')
    await ended(child)
  })
  return {
    name,
    port,
    async kill(afterMs) {
      await ended(child)
      await pause(afterMs)
      if (!isOver) child = start()
    },
    async freeze(forMs) {
      const frozen = child
      frozen.kill('SIGSTOP')
      await pause(forMs)
      frozen.kill('SIGCONT')
    },
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

const bareBroker = fileURLToPath(new URL('bare-broker-main.ts', import.meta.url))

type Program = { name: string; program: string; args: string[] }

const bareAedes = (port: number): Program => ({
  name: 'a bare aedes',
  program: process.execPath,
  args: ['--import', 'tsx', bareBroker, String(port)],
})

/** As docs/brokers.md sets it up, on loopback and without users. */
function mosquitto(program: string, directory: string, port: number): Program {
  mkdirSync(directory, { recursive: true })
  const settings = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    // started as root it would become a user who may not write here
    `user ${userInfo().username}`,
    'persistence true',
    `persistence_location ${directory}/`,
    'autosave_interval 1',
    'autosave_on_changes true',
    'max_queued_messages 0',
    'max_queued_bytes 0',
    'max_inflight_messages 200',
    'set_tcp_nodelay true',
  ]
  const file = join(directory, 'mosquitto.conf')
  writeFileSync(file, `${settings.join('\n')}\n`)
  return { name: 'mosquitto', program, args: ['-c', file] }
}
