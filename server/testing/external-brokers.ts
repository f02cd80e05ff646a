// Standard brokers to test against: a bare aedes always, mosquitto where it is installed.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Aedes } from 'aedes'
import { freePort } from './free-port.ts'
import { until } from './until.ts'

export type StandardBroker = { url: string; stop(): Promise<void> }
export type StandardBrokers = { name: string; start: () => Promise<StandardBroker> }[]

/** Undefined where it is not installed. Debian puts it where a user's PATH does not look. */
export const mosquittoAt = ['mosquitto', '/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'].find(
  (path) => spawnSync(path, ['-h']).error === undefined,
)

export const standardBrokers: StandardBrokers = [
  { name: 'a bare aedes', start: startAedes },
  ...(mosquittoAt === undefined ? [] : [{ name: 'mosquitto', start: () => startMosquitto(mosquittoAt) }]),
]

async function startAedes(): Promise<StandardBroker> {
  const broker = await Aedes.createBroker()
  const server = createServer({ noDelay: true }, broker.handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      await new Promise<void>((resolve) => broker.close(() => resolve()))
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** As docs/brokers.md sets it up, on loopback and without users. */
async function startMosquitto(path: string): Promise<StandardBroker> {
  const directory = mkdtempSync(join(tmpdir(), 'curtain-pact-mosquitto-'))
  const port = await freePort()
  const settings = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'max_queued_messages 100000',
    'max_inflight_messages 200',
    'set_tcp_nodelay true',
  ]
  const config = join(directory, 'mosquitto.conf')
  writeFileSync(config, `${settings.join('\n')}\n`)
  const child = spawn(path, ['-c', config], { stdio: 'ignore' })
  await until('mosquitto listens', () => answers(port))
  return {
    url: `mqtt://127.0.0.1:${port}`,
    async stop() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  const isUp = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
  })
  socket.destroy()
  return isUp
}
