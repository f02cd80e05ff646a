// The simulators run as a process of their own: the demo's devices and people are outside clients like any other.
import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { DemoOrder } from '#contract/demo.ts'
import type { Simulator } from './demo.ts'

export type ForkedSimulator = Simulator & { close(): Promise<void> }

export type ForkOptions = { root: string; mqttUrl: string; httpUrl: string; worldFile: string }

/** Ends by itself when this process goes, however it goes: the IPC channel closes. */
export function forkSimulator({ root, mqttUrl, httpUrl, worldFile }: ForkOptions): ForkedSimulator {
  const child = fork(
    join(root, 'simulators', 'demo-main.ts'),
    ['--url', mqttUrl, '--http', httpUrl, '--world', worldFile],
    { cwd: root, execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  )
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const listeners: ((report: unknown) => void)[] = []
  child.on('message', (report) => listeners.forEach((hear) => hear(report)))
  child.once('exit', (code) => {
    if (code) listeners.forEach((hear) => hear({ report: 'problem', text: `the simulators ended (${code})` }))
  })
  return {
    send: (order: DemoOrder) => {
      if (child.connected) child.send(order)
    },
    onReport: (listener) => void listeners.push(listener),
    // It keeps nothing and is stopped after the service, so it needs no goodbye; asked politely while it still
    // loads, it would not hear.
    close: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}
