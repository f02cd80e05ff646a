// mosquitto and Node-RED with a threshold, as somebody would build it in an afternoon. It stores nothing.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '#testing/free-port.ts'
import { undoLater } from '../harness/undo.ts'
import type { Programs } from './fetch.ts'

export type NodeRed = { mqttPort: number; alertsUrl: string }

const startMsMax = 60_000

export async function startNodeRed({ node, nodeRed, mosquitto }: Programs): Promise<NodeRed> {
  const [mqttPort, httpPort] = [await freePort(), await freePort()]
  const directory = mkdtempSync(join(tmpdir(), 'curtain-baseline-'))
  undoLater(async () => rmSync(directory, { recursive: true, force: true }))
  const file = (name: string, text: string): string => {
    const path = join(directory, name)
    writeFileSync(path, text)
    return path
  }
  // Loopback, no passwords, nothing kept. Its default of 1,000 waiting messages would drop readings: none is dropped.
  const broker = `listener ${mqttPort} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nset_tcp_nodelay true\n`
  run(mosquitto, ['-c', file('mosquitto.conf', broker)])
  await listening(mqttPort)
  file('flows.json', JSON.stringify(flows(mqttPort)))
  const settings = {
    flowFile: 'flows.json',
    uiHost: '127.0.0.1',
    uiPort: httpPort,
    logging: { console: { level: 'warn' } },
  }
  const settingsFile = file('settings.js', `module.exports = ${JSON.stringify(settings)}\n`)
  run(node, [nodeRed, '--userDir', directory, '--settings', settingsFile])
  await listening(httpPort)
  return { mqttPort, alertsUrl: `ws://127.0.0.1:${httpPort}/alerts` }
}

/** Four nodes on a page: messages in, JSON, the threshold, and out to whoever has the page open. */
const flows = (port: number) => [
  { id: 'tab', type: 'tab', label: 'alerts' },
  {
    id: 'broker',
    type: 'mqtt-broker',
    broker: '127.0.0.1',
    port,
    clientid: 'node-red',
    usetls: false,
    protocolVersion: 4,
    keepalive: 60,
    cleansession: true,
  },
  { id: 'page', type: 'websocket-listener', path: '/alerts', wholemsg: 'false' },
  {
    id: 'in',
    type: 'mqtt in',
    z: 'tab',
    topic: 'cp/v1/+/+/+',
    qos: '1',
    datatype: 'json',
    broker: 'broker',
    inputs: 0,
    wires: [['threshold']],
  },
  { id: 'threshold', type: 'function', z: 'tab', func: threshold, outputs: 1, wires: [['out']] },
  { id: 'out', type: 'websocket out', z: 'tab', server: 'page', client: '', wires: [] },
]

const threshold = `
const [, , , serial, kind] = msg.topic.split('/')
const values = msg.payload.values || []
const hot = values.some((one) => one.kind === 'co' && one.value >= 50)
if (kind !== 'sos' && !(kind === 'alarm' && msg.payload.active) && !hot) return null
return { payload: { serial } }
`

function run(program: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { stdio: 'ignore' })
  const exited = once(child, 'exit').catch(() => {})
  undoLater(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await exited
  })
  return child
}

async function listening(port: number): Promise<void> {
  const deadline = performance.now() + startMsMax
  while (performance.now() < deadline) {
    const socket = connect(port, '127.0.0.1')
    const isThere = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (isThere) return
    await pause(100)
  }
  throw new Error(`nothing listens on port ${port}`)
}
