// Everybody at once at the door of the real broker.
import { expect, test } from 'vitest'
import { topicOf } from '#contract/topics.ts'
import { connectPacket, rawClient } from '#testing/broker.ts'
import { recordedBroker } from '#testing/recorded-broker.ts'
import { until } from '#testing/until.ts'
import type { Urgency } from './pace.ts'

const kinds: Record<string, Urgency> = { co: 0, button: 0, curtain: 1, motion: 2, gateway: 2 }
const kindOf = (serial: string) => serial.split('-')[0] ?? ''
const urgencyOf = async (serials: readonly string[]) =>
  new Map(
    serials.flatMap((serial) => (kindOf(serial) in kinds ? [[serial, kinds[kindOf(serial)] ?? 1]] : [])),
  )

type Recorded = Awaited<ReturnType<typeof recordedBroker>>

/** Comes with its name as the secret. */
function come(broker: Recorded['broker'], serial: string) {
  const client = rawClient(broker)
  client.send(connectPacket({ clientId: serial, username: serial, password: Buffer.from(serial) }))
  return client
}

const known = async (_clientId: string, serial = '') =>
  kindOf(serial) in kinds ? { serial, deviceId: Number(serial.split('-')[1]) } : undefined

test('of four hundred that come back at once dangers and greetings are let in first, and everybody is in within the keep-alive', async () => {
  const asked: number[] = []
  const order: string[] = []
  const { broker, refusals } = await recordedBroker({
    limits: { connectsPerSecond: 400, connectsUnderWayMax: 20 },
    authenticate: known,
    urgencyOf: (serials) => (asked.push(serials.length), urgencyOf(serials)),
    onPresence: ({ serial }, state) => void (state === 'online' && order.push(serial)),
  })
  const startedAt = performance.now()
  // As the power comes back: who is on the mains, and can wait, is there first.
  const names = ['motion', 'gateway', 'stranger', 'button', 'co'].flatMap((kind) =>
    Array.from({ length: 80 }, (_, nth) => `${kind}-${nth}`),
  )
  const answers = await Promise.all(names.map((name) => come(broker, name).next('connack')))
  const codes = answers.map((answer) => (answer.cmd === 'connack' ? answer.returnCode : -1))
  expect(codes).toEqual(names.map((name) => (kindOf(name) === 'stranger' ? 4 : 0)))
  expect(refusals.map(({ reason }) => reason)).toEqual(Array(80).fill('unauthenticated'))
  // A keep-alive is 60 s, and at this pace 400 take one.
  expect(performance.now() - startedAt).toBeLessThan(20_000)
  await until('all are online', () => new Set(order).size === 320)
  const isUrgent = (serial: string) => kinds[kindOf(serial)] === 0
  // 40 went at once, before anybody had to wait; then three turns of four are theirs, until all of them are in.
  const lastUrgent = order.findLastIndex(isUrgent)
  const idlersBefore = order.slice(0, lastUrgent).filter((serial) => !isUrgent(serial)).length
  expect(idlersBefore).toBeLessThan(40 + 160 / 3 + 20)
  expect(idlersBefore).toBeGreaterThan(40)
  expect(asked.length).toBeLessThan(20)
})

test('who is slow to be known holds a place, and a danger that comes last still goes next', async () => {
  const open: { serial: string; tell: () => void }[] = []
  const { broker } = await recordedBroker({
    limits: { connectsUnderWayMax: 2 },
    urgencyOf,
    authenticate: (_clientId, serial = '') =>
      new Promise((resolve) => open.push({ serial, tell: () => resolve({ serial, deviceId: 1 }) })),
  })
  for (let nth = 0; nth < 50; nth += 1) come(broker, `motion-${nth}`)
  await until('two are asked about', () => open.length === 2)
  come(broker, 'co-1')
  await until('all are there', () => broker.stats().connections === 51)
  await new Promise(setImmediate)
  open[0]?.tell()
  await until('the next is asked about', () => open.length === 3)
  expect(open.map(({ serial }) => serial)).toEqual(['motion-0', 'motion-1', 'co-1'])
})

test('who gives up while waiting leaves its place to others; who left a message behind is still heard', async () => {
  const open: { serial: string; tell: () => void }[] = []
  const { broker, offered, refusal } = await recordedBroker({
    limits: { connectsUnderWayMax: 1, connectsWaitingMax: 2 },
    authenticate: (_clientId, serial = '') =>
      new Promise((resolve) => open.push({ serial, tell: () => resolve({ serial, deviceId: 1 }) })),
  })
  come(broker, 'motion-0')
  await until('one is asked about', () => open.length === 1)
  const impatient = come(broker, 'motion-1')
  const hasty = come(broker, 'button-2')
  const payload = Buffer.from('{"via":"button"}')
  const topic = topicOf('button-2', 'checkin')
  hasty.send({ cmd: 'publish', topic, payload, qos: 1, messageId: 1, dup: false, retain: false })
  hasty.stream.end()
  await come(broker, 'motion-3').closed
  expect(await refusal()).toMatchObject({ reason: 'too_fast', clientId: 'motion-3' })
  impatient.cut()
  await until('it is gone', () => broker.stats().connections === 2)
  const late = come(broker, 'motion-4')
  open[0]?.tell()
  await until('the hasty one is asked about', () => open.length === 2)
  open[1]?.tell()
  expect((await offered()).message).toMatchObject({ topic, payload })
  await until('the late one is asked about', () => open.length === 3)
  open[2]?.tell()
  expect(await late.next('connack')).toMatchObject({ returnCode: 0 })
  expect(open.map(({ serial }) => serial)).toEqual(['motion-0', 'button-2', 'motion-4'])
})

test('who is sent away before it is asked about, or breaks off then, takes no place with it', async () => {
  const { broker } = await recordedBroker({ limits: { connectsUnderWayMax: 1 }, authenticate: known })
  const unheardOf = rawClient(broker)
  unheardOf.send(connectPacket({ clientId: 'x', username: 'button-1', protocolVersion: 5 }))
  const hasty = come(broker, 'button-2')
  hasty.cut()
  await Promise.all([unheardOf.closed, hasty.closed])
  expect(await come(broker, 'button-3').next('connack')).toMatchObject({ returnCode: 0 })
})
