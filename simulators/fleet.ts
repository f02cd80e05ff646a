// Every device of a world, connected, and their quiet everyday life: readings and heartbeats in clean air.
import type { DemoDevice, DemoWorld } from '#contract/demo.ts'
import type { CommandMessage } from '#contract/messages.ts'
import type { DeviceKind } from '#contract/primitives.ts'
import { createDevice, type SimulatedDevice } from './device.ts'
import { backlogOf } from './models/backlog.ts'
import { below } from './models/random.ts'

export type FleetOptions = {
  url: string
  world: DemoWorld
  random: () => number
  onCommand?: (device: DemoDevice, command: CommandMessage) => void
}

export type Fleet = ReturnType<typeof createFleet>

/** Mains detectors report every minute in the demo, so that their curves have points; facts name 5 min as usual. */
const ambientEveryMs = 60_000
/** Connections a second while the fleet comes up: a city's devices do not all connect at once either. */
const connectionsPerSecond = 100

export function createFleet({ url, world, random, onCommand = () => {} }: FleetOptions) {
  const devices = new Map<string, SimulatedDevice>()
  /** Homes whose air a scenario plays now: their own clean readings pause. */
  const played = new Set<number>()
  let ambient: ReturnType<typeof setInterval> | undefined

  const one = (device: DemoDevice): SimulatedDevice => {
    const known = devices.get(device.serial)
    if (known) return known
    const made = createDevice({ url, device, onCommand })
    devices.set(device.serial, made)
    return made
  }
  const find = (
    homeId: number,
    kind: DeviceKind,
    residentId?: number | null,
  ): SimulatedDevice | undefined => {
    const found = world.devices.find(
      (device) =>
        device.homeId === homeId &&
        device.kind === kind &&
        (residentId == null || device.residentId === residentId),
    )
    return found && one(found)
  }
  const quietWord = async (device: SimulatedDevice): Promise<void> => {
    const { kind, homeId } = device.device
    if (played.has(homeId)) return
    if (kind === 'co') await device.say('readings', { values: [{ kind: 'co', value: below(random, 3) }] })
    else if (kind === 'gas') await device.say('readings', { values: [{ kind: 'gas', value: 0 }] })
    else await device.say('heartbeat', { battery: 62 + (homeId % 38) })
  }

  return {
    find,
    /** Her button, else her curtain sensor. */
    sign: (homeId: number, residentId: number | null) =>
      find(homeId, 'button', residentId) ?? find(homeId, 'curtain', residentId),
    playing: (homeId: number) => void played.add(homeId),
    restored: (homeId: number) => void played.delete(homeId),
    /** What the devices kept while nobody listened: the air of the last hours, and somebody stirring last evening. */
    async deliverBacklog(now: number): Promise<void> {
      for (const device of world.devices) {
        const backlog = backlogOf(device, now)
        if (backlog) await one(device).say(backlog.kind, backlog.body)
      }
    },
    /** Connects every device, a few at a time, and lets each say a first quiet word. */
    async start(): Promise<void> {
      for (const [index, device] of world.devices.entries()) {
        void quietWord(one(device)).catch(() => {})
        if (index % 10 === 9)
          await new Promise((resolve) => setTimeout(resolve, 10_000 / connectionsPerSecond))
      }
      ambient = setInterval(() => {
        for (const device of devices.values()) void quietWord(device).catch(() => {})
      }, ambientEveryMs)
    },
    async close(): Promise<void> {
      clearInterval(ambient)
      await Promise.all([...devices.values()].map((device) => device.close()))
    },
  }
}
