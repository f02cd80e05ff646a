import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Aedes } from 'aedes'
import { expect, test } from 'vitest'
import { mayPublish, maySubscribe } from '#contract/topics.ts'
import { standardBrokers } from '#testing/external-brokers.ts'
import { examine } from './examine.ts'
import { printed, reportOf, type Finding } from './findings.ts'
import { askQos } from './measure-door.ts'
import { createNames } from './probe.ts'

async function examined(url: string, deviceUrl?: string): Promise<Map<string, Finding>> {
  const findings = new Map<string, Finding>()
  for await (const finding of examine({ url, deviceUrl, restart: undefined }))
    findings.set(finding.name, finding)
  return findings
}

// Beside each other: an examination waits, most of the time, for what does not come.
test.concurrent.for(standardBrokers)(
  '$name keeps 5,000 for an absent consumer and lets everybody speak for everybody',
  { timeout: 60_000 },
  async ({ start }, { onTestFinished }) => {
    const broker = await start()
    onTestFinished(() => broker.stop())
    const findings = await examined(broker.url)
    expect(findings.get('queue')).toMatchObject({ ok: true, value: 5000 })
    for (const name of ['qos1', 'takeOver', 'redelivery', 'retained', 'largeMessage'])
      expect(findings.get(name), name).toMatchObject({ ok: true })
    expect(findings.get('confinement')).toMatchObject({ ok: false, value: 'speaks and listens' })
    expect(findings.get('restart')).toMatchObject({ ok: null })
    expect(reportOf(broker.url, 0, [...findings.values()]).exit).toBe(1)
  },
)

const confines = 'a broker that confines devices by their topics is found to do so'
test.concurrent(confines, { timeout: 60_000 }, async ({ onTestFinished }) => {
  const aedes = await Aedes.createBroker()
  aedes.authenticate = (client, username, _password, done) => {
    Object.assign(client, { serial: username })
    done(null, username !== undefined)
  }
  const serialOf = (client: unknown) => (client as { serial: string }).serial
  aedes.authorizePublish = (client, { topic }, done) =>
    done(
      serialOf(client) === 'service' || mayPublish(serialOf(client), topic) ? null : new Error('not yours'),
    )
  aedes.authorizeSubscribe = (client, subscription, done) => {
    const isOwn = serialOf(client) === 'service' || maySubscribe(serialOf(client), subscription.topic)
    done(null, isOwn ? subscription : null)
  }
  const port = await served(aedes, onTestFinished)
  const as = (name: string) => `mqtt://${name}:secret@127.0.0.1:${port}`
  const findings = await examined(as('service'), as('gas-sensor-1'))
  expect(findings.get('confinement')).toMatchObject({ ok: true, value: 'kept out' })
})

/** The port of this broker, until the test is over. */
async function served(aedes: Aedes, onEnd: (end: () => Promise<void>) => void): Promise<number> {
  const server = createServer(aedes.handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onEnd(async () => {
    await new Promise<void>((resolve) => aedes.close(() => resolve()))
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test('a broker that gives a session fewer filters than a server needs is found out', async ({
  onTestFinished,
}) => {
  const aedes = await Aedes.createBroker()
  let asked = 0
  // as NATS does, whose default sums up to half of them
  aedes.authorizeSubscribe = (_client, subscription, done) =>
    done(null, (asked += 1) > 63 ? null : subscription)
  const port = await served(aedes, onTestFinished)
  const finding = await askQos({ url: `mqtt://127.0.0.1:${port}`, names: createNames() })
  expect(finding).toMatchObject({ ok: false, unit: 'of 128' })
})

test('nobody there: one finding, exit code 2, and no password in what is shown', async () => {
  const url = 'mqtt://service:very-secret@127.0.0.1:1'
  const findings = await examined(url)
  expect([...findings.keys()]).toEqual(['reachable'])
  const report = reportOf(url, 0, [...findings.values()])
  expect(report.exit).toBe(2)
  expect(printed(report) + JSON.stringify(report)).not.toContain('very-secret')
})

test('the command prints JSON and ends with the code that it found', async () => {
  const main = join(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', main, '--mqtt', 'mqtt://127.0.0.1:1', '--json'])
  let out = ''
  child.stdout.on('data', (chunk) => (out += String(chunk)))
  const [code] = await once(child, 'close')
  expect(code).toBe(2)
  expect(JSON.parse(out)).toMatchObject({ exit: 2, findings: [{ name: 'reachable', ok: false }] })
}, 30_000)
