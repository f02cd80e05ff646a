// The load generator, a process of its own: many devices, raw bytes, acknowledgements counted and timed.
import { createHistogram } from '../histogram.ts'
import { answerParent } from '../worker.ts'
import { secretOf } from '../world.ts'
import { openDevice, type Device } from './device.ts'
import type { ConnectJob, ConnectResult, HazardResult, RunJob, RunResult } from './job.ts'

/** So many connections are being made at the same time: the listen queue of the system is short. */
const connectingMax = 100
/** What is under way at the end of a run is waited for this long. */
const drainMsMax = 30_000
const tickMs = 2

let devices: Device[] = []
let hazards: Device[] = []
let hazardsUsed = 0
let window = 0
let lost: string[] = []
let onAcknowledged: (device: Device, slot: number) => void = () => {}
/** Who waits for the acknowledgement of a hazard of its own. */
const awaited = new Map<Device, () => void>()
const idStart = `${process.pid.toString(36)}${Date.now().toString(36)}`

answerParent({ connect: connectAll, run, hazard, close })

async function connectAll(job: ConnectJob): Promise<ConnectResult> {
  const startedAt = performance.now()
  window = job.window
  const open = (serial: string, nth: number, shape = job.shape) =>
    openDevice({
      port: job.port,
      serial,
      secret: secretOf(serial),
      window: shape === job.shape ? job.window : 1,
      shape,
      idStart: `${idStart}-${nth}`,
      ...(job.subscribes ? { subscribes: true } : {}),
      onAcknowledged: (device, slot) => {
        const waiting = awaited.get(device)
        if (!waiting) return onAcknowledged(device, slot)
        awaited.delete(device)
        waiting()
      },
      onLost: (device, reason) => lost.push(`${device.serial}: ${reason}`),
    })
  const opened = await inTurn(job.serials, connectingMax, (serial, nth) => open(serial, nth))
  devices = [...devices, ...opened]
  const latencyMs = performance.now() - startedAt
  hazards = await inTurn(job.hazardSerials ?? [], connectingMax, (serial, nth) =>
    open(serial, nth, nth % 2 === 0 ? 'sos' : 'alarm'),
  )
  hazardsUsed = 0
  return {
    connected: opened.length,
    seconds: latencyMs / 1000,
    perSecond: (opened.length * 1000) / latencyMs,
  }
}

/** Sends for `ms`: as fast as the windows allow, or `perSecond` whatever comes back. */
async function run({ ms, warmupMs = 0, perSecond, hazardEvery = 0 }: RunJob): Promise<RunResult> {
  const latency = createHistogram()
  const counted = { acknowledged: 0, values: 0, all: 0, hazards: 0, hazardsMissing: 0, held: 0 }
  const startedAt = performance.now()
  const [countFrom, endsAt] = [startedAt + warmupMs, startedAt + warmupMs + ms]
  const once = new Set(hazards)
  let inFlight = 0
  let sent = 0
  const send = (device: Device, slot: number, dueAt: number): void => {
    if (!device.isOpen) return
    inFlight += 1
    sent += 1
    device.send(slot, dueAt)
    if (hazardEvery > 0 && sent % hazardEvery === 0) sendHazard(dueAt)
  }
  const sendHazard = (dueAt: number): void => {
    const device = hazards[hazardsUsed]
    if (!device) return void (counted.hazardsMissing += 1)
    hazardsUsed += 1
    counted.hazards += 1
    inFlight += 1
    device.send(0, dueAt)
  }
  const finished = new Promise<void>((resolve) => {
    onAcknowledged = (device, slot) => {
      const at = performance.now()
      const dueAt = device.sentAt[slot] ?? 0
      device.sentAt[slot] = 0
      inFlight -= 1
      counted.all += 1
      if (at >= countFrom && at < endsAt) {
        counted.acknowledged += 1
        counted.values += device.values
        latency.record(at - dueAt)
      }
      if (at < endsAt) {
        if (perSecond === undefined && !once.has(device)) send(device, slot, at)
      } else if (inFlight === 0) resolve()
    }
    setTimeout(() => (inFlight === 0 ? resolve() : undefined), warmupMs + ms + 5)
  })
  const pacing = perSecond === undefined ? fill(send) : paced({ perSecond, endsAt, send, counted })
  const drained = new Promise<void>((resolve) => setTimeout(resolve, warmupMs + ms + drainMsMax).unref())
  await Promise.race([finished, drained])
  clearInterval(pacing)
  const seconds = ms / 1000
  return {
    ...counted,
    seconds,
    perSecond: counted.acknowledged / seconds,
    valuesPerSecond: counted.values / seconds,
    unanswered: inFlight,
    lost: lost.splice(0),
    latency: latency.quantiles(),
  }
}

type Send = (device: Device, slot: number, dueAt: number) => void

function fill(send: Send): undefined {
  const now = performance.now()
  for (const device of devices) for (let slot = 0; slot < window; slot += 1) send(device, slot, now)
}

/** Latency counts from when a message ought to have gone; who has no free slot is counted as held. */
function paced(job: { perSecond: number; endsAt: number; send: Send; counted: { held: number } }) {
  const { perSecond, endsAt, send, counted } = job
  const startedAt = performance.now()
  let due = 0
  let turn = 0
  return setInterval(() => {
    const now = Math.min(performance.now(), endsAt)
    const until = Math.floor(((now - startedAt) * perSecond) / 1000)
    for (; due < until; due += 1) {
      const device = devices[(turn += 1) % devices.length]
      const slot = device?.sentAt.indexOf(0) ?? -1
      if (device && slot >= 0) send(device, slot, startedAt + (due * 1000) / perSecond)
      else counted.held += 1
    }
  }, tickMs)
}

/** One hazard of the next home that has had none; resolves with its acknowledgement. Times are epoch ms. */
function hazard(): Promise<HazardResult> {
  const device = hazards[hazardsUsed]
  if (!device) return Promise.reject(new Error('no home is left that had no hazard'))
  hazardsUsed += 1
  return new Promise((resolve) => {
    const sentAt = performance.timeOrigin + performance.now()
    awaited.set(device, () =>
      resolve({ serial: device.serial, sentAt, acknowledgedAt: performance.timeOrigin + performance.now() }),
    )
    device.send(0, performance.now())
  })
}

function close(): void {
  for (const device of [...devices, ...hazards]) device.close()
  devices = []
  hazards = []
}

async function inTurn<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, nth: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const one = async () => {
    while (next < items.length) {
      const nth = next
      next += 1
      results[nth] = await work(items[nth] as T, nth)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, one))
  return results
}
