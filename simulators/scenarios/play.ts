// Plays a scenario on a fleet. Sped up, its device times begin in the past and never pass now (ground.md).
import type { DemoWorld } from '#contract/demo.ts'
import type { Fleet } from '../fleet.ts'
import type { Happening, Scenario } from './happening.ts'

export type PlayOptions = {
  scenario: Scenario
  world: DemoWorld
  fleet: Fleet
  random: () => number
  /** 1 is real time; 60 plays an hour in a minute. */
  speed: number
  now: () => number
  wait: (ms: number) => Promise<void>
  onSaid?: (happening: Happening, deviceAt: number) => void
}

/** The device time of a moment of the scenario: at its end it is exactly now, before it in the past. */
export function deviceTime(options: {
  startedAt: number
  lengthMs: number
  speed: number
  atMs: number
}): number {
  const { startedAt, lengthMs, speed, atMs } = options
  return Math.round(startedAt - lengthMs + lengthMs / speed + atMs)
}

/** Resolves when the last message was acknowledged; gives how many were said. */
export async function play(options: PlayOptions): Promise<number> {
  const { scenario, world, fleet, random, speed, now, wait } = options
  const happenings = scenario.happenings(world, random).sort((a, b) => a.atMs - b.atMs)
  const startedAt = now()
  const lengthMs = happenings.at(-1)?.atMs ?? 0
  const said: Promise<void>[] = []
  for (const happening of happenings) {
    await wait(Math.max(0, startedAt + happening.atMs / speed - now()))
    const time = Math.min(now(), deviceTime({ startedAt, lengthMs, speed, atMs: happening.atMs }))
    if (happening.device === 'co' || happening.device === 'gas') fleet.playing(happening.homeId)
    said.push(act(fleet, happening, time))
    options.onSaid?.(happening, time)
  }
  await Promise.all(said)
  return said.length
}

async function act(
  fleet: Fleet,
  { homeId, residentId, device, what }: Happening,
  time: number,
): Promise<void> {
  const found = device === 'sign' ? fleet.sign(homeId, residentId) : fleet.find(homeId, device, residentId)
  if (!found) throw new Error(`home ${homeId} has no ${device}`)
  if ('cut' in what) return found.cut()
  if ('plugIn' in what) return found.plugIn()
  await found.say(what.say, { time, ...what.body })
}
