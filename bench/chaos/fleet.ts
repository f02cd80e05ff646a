// The simulated devices, a process of its own. They outlive every fault, and are the witnesses of what was acknowledged.
import { answerParent } from '../harness/worker.ts'
import { buttonSerial, detectorSerial } from '../harness/world.ts'
import { createChance } from './chance.ts'
import { createDevice, type Device, type Said } from './device.ts'
import type { HomePlan } from './plan.ts'

export type FleetJob = { port: number; seed: number; plans: HomePlan[]; untilAt: number }
export type FleetState = { said: number; acknowledged: number; waiting: number }

const acknowledged: Said[] = []
const devices: Device[] = []
let said = 0

answerParent({
  live,
  state: (): FleetState => ({
    said,
    acknowledged: acknowledged.length,
    waiting: devices.reduce((sum, device) => sum + device.unacknowledged(), 0),
  }),
  acknowledged: () => acknowledged,
  close: () => devices.forEach((device) => device.close()),
})

function live({ port, seed, plans, untilAt }: FleetJob): void {
  const chance = createChance(seed)
  const open = (serial: string) => {
    const onAcknowledged = (one: Said) => void acknowledged.push(one)
    const device = createDevice({ port, serial, chance: chance.next, onAcknowledged })
    devices.push(device)
    return device
  }
  for (const plan of plans) {
    const button = open(buttonSerial(plan.home))
    const detector = open(detectorSerial(plan.home))
    if (plan.pressAt !== null) at(plan.pressAt, () => say(button, 'checkin', { via: 'button' }))
    if (plan.hazard?.what === 'sos') at(plan.hazard.at, () => say(button, 'sos', {}))
    if (plan.hazard?.what === 'alarm')
      at(plan.hazard.at, () => say(detector, 'alarm', { kind: 'co', active: true }))
    measure(detector, plan.readingEveryMs, { chance: chance.next, untilAt })
  }
}

function say(device: Device, ...[kind, body]: [Parameters<Device['say']>[0], object]): void {
  said += 1
  device.say(kind, body, kind === 'readings' ? 2 : 0)
}

function measure(
  device: Device,
  everyMs: number,
  { chance, untilAt }: { chance: () => number; untilAt: number },
): void {
  const next = (afterMs: number) => {
    setTimeout(() => {
      if (Date.now() > untilAt) return
      const values = [
        { kind: 'temperature', value: Math.round(chance() * 100) / 10 + 15 },
        { kind: 'co', value: 0 },
      ]
      say(device, 'readings', { values })
      next(everyMs)
    }, afterMs)
  }
  next(chance() * everyMs)
}

const at = (when: number, act: () => void) => void setTimeout(act, Math.max(0, when - Date.now()))
