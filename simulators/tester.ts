// What a tester's click makes a device say.
import type { DemoOrder, DemoWorld } from '#contract/demo.ts'
import type { Fleet } from './fleet.ts'
import { play } from './scenarios/play.ts'
import { findScenario } from './scenarios/scenarios.ts'
import type { Story } from './story/story.ts'

export type TesterOptions = {
  world: DemoWorld
  fleet: Fleet
  random: () => number
  story: Story
  wait: (ms: number) => Promise<void>
}

type Act = Extract<DemoOrder, { order: 'act' }>
type Run = Extract<DemoOrder, { order: 'scenario' }>

/** Scenarios about silence need a deadline soon after they begin. */
const deadlineInMs: Record<string, number> = {
  'quiet-morning': 70_000,
  'missed-check-in': 70_000,
  'late-risers': 45_000,
}

export function createTester({ world, fleet, random, story, wait }: TesterOptions) {
  async function act({ homeId, residentId, act: wanted }: Act): Promise<void> {
    const sign = fleet.sign(homeId, residentId)
    const co = fleet.find(homeId, 'co')
    const gas = fleet.find(homeId, 'gas')
    switch (wanted) {
      case 'press':
        return sign?.say('checkin', {})
      case 'sos':
        return sign?.say('sos', {})
      case 'activity':
        return fleet.find(homeId, 'motion')?.say('activity', { kind: 'motion' })
      case 'co':
        fleet.playing(homeId)
        await co?.say('readings', { values: [{ kind: 'co', value: 186 }] })
        return co?.say('alarm', { kind: 'co', active: true })
      case 'gas':
        fleet.playing(homeId)
        await gas?.say('readings', { values: [{ kind: 'gas', value: 12.4 }] })
        return gas?.say('alarm', { kind: 'gas', active: true })
      case 'selfTest':
        return co?.say('alarm', { kind: 'co', active: true, flags: { test: true } })
      case 'clear':
        await co?.say('alarm', { kind: 'co', active: false })
        await co?.say('readings', { values: [{ kind: 'co', value: 0 }] })
        await gas?.say('alarm', { kind: 'gas', active: false })
        await gas?.say('readings', { values: [{ kind: 'gas', value: 0 }] })
        return fleet.restored(homeId)
      case 'offline':
        return devicesOf(homeId).forEach((device) => device.cut())
      case 'online':
        return devicesOf(homeId).forEach((device) => device.plugIn())
    }
  }
  const devicesOf = (homeId: number) =>
    world.devices
      .filter((device) => device.homeId === homeId)
      .flatMap((device) => fleet.find(homeId, device.kind, device.residentId) ?? [])

  async function scenario({ name, speed }: Run): Promise<void> {
    const found = findScenario(name)
    if (!found) throw new Error(`there is no scenario "${name}"`)
    const dueInMs = deadlineInMs[name]
    if (dueInMs !== undefined)
      await (await story.person('zhaomin')).call('demoDeadline', { body: { dueInMs } })
    await play({ scenario: found, world, fleet, random, speed, now: Date.now, wait })
  }

  return { act, scenario }
}
