// The simulated devices, a process of its own. They outlive every fault, and are the witnesses of what was acknowledged.
import { answerParent } from '../harness/worker.ts'
import { buttonSerial, detectorSerial } from '../harness/world.ts'
import { createChance } from './chance.ts'
import { createDevice, type Counts, type Device, type Said } from './device.ts'
import type { HomePlan } from './plan.ts'

export type OpenJob = { port: number; seed: number; homes: number; counts: Counts }
export type LiveJob = { plans: HomePlan[]; untilAt: number }
export type FleetState = { connected: number; said: number; acknowledged: number; waiting: number }

type Home = { button: Device; detector: Device }

const acknowledged: Said[] = []
const homes = new Map<number, Home>()
const devices: Device[] = []
let chance = createChance(0)
let said = 0

answerParent({
  open,
  live,
  state: (): FleetState => ({
    connected: devices.filter((device) => device.isConnected()).length,
    said,
    acknowledged: acknowledged.length,
    waiting: devices.reduce((sum, device) => sum + device.unacknowledged(), 0),
  }),
  acknowledged: () => acknowledged,
  close: () => devices.forEach((device) => device.close()),
})

function open({ port, seed, homes: count, counts }: OpenJob): void {
  chance = createChance(seed)
  const onAcknowledged = (one: Said) => void acknowledged.push(one)
  const opened = (serial: string) => {
    const device = createDevice({ port, serial, chance: chance.next, onAcknowledged, counts })
    devices.push(device)
    return device
  }
  for (let home = 1; home <= count; home += 1)
    homes.set(home, { button: opened(buttonSerial(home)), detector: opened(detectorSerial(home)) })
}

function live({ plans, untilAt }: LiveJob): void {
  for (const plan of plans) {
    const home = homes.get(plan.home)
    if (!home) continue
    const { button, detector } = home
    if (plan.pressAt !== null) at(plan.pressAt, () => say(button, 'checkin', { via: 'button' }))
    if (plan.hazard?.what === 'sos') at(plan.hazard.at, () => say(button, 'sos', {}))
    if (plan.hazard?.what === 'alarm')
      at(plan.hazard.at, () => say(detector, 'alarm', { kind: 'co', active: true }))
    measure(detector, plan.readingEveryMs, untilAt)
  }
}

function say(device: Device, ...[kind, body]: [Parameters<Device['say']>[0], object]): void {
  said += 1
  device.say(kind, body, kind === 'readings' ? 2 : 0)
}

function measure(device: Device, everyMs: number, untilAt: number): void {
  const next = (afterMs: number) => {
    setTimeout(() => {
      if (Date.now() > untilAt) return
      const values = [
        { kind: 'temperature', value: Math.round(chance.next() * 100) / 10 + 15 },
        { kind: 'co', value: 0 },
      ]
      say(device, 'readings', { values })
      next(everyMs)
    }, afterMs)
  }
  next(chance.next() * everyMs)
}

const at = (when: number, act: () => void) => void setTimeout(act, Math.max(0, when - Date.now()))
