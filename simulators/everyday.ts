// The everyday life of a demo that is left running: each morning everybody presses by themselves.
import type { DemoResident, DemoWorld } from '#contract/demo.ts'

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))

/** Minutes before her own deadline at which a resident greets: 8 to 52, always the same for the same person. */
const usualMinutesBefore = (resident: DemoResident): number => 8 + ((resident.id * 17) % 45)

/** Who greets in this minute of the community's own clock (`HH:MM`). Pure. */
export function whoGreets(world: DemoWorld, clock: string): DemoResident[] {
  const now = minutesOf(clock)
  return world.residents.filter((one) => minutesOf(one.deadline) - usualMinutesBefore(one) === now)
}

/** `HH:MM` in the community's zone. */
export const clockOf = (world: DemoWorld, now: number): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: world.zone, hour: '2-digit', minute: '2-digit' }).format(now)

export type EverydayOptions = {
  world: DemoWorld
  now: () => number
  greet: (resident: DemoResident) => void
  /** False while a story or scenario plays: it decides who greets. */
  isQuiet: () => boolean
}

/** Looks once a minute; gives the function that ends it. */
export function liveEveryday({ world, now, greet, isQuiet }: EverydayOptions): () => void {
  const timer = setInterval(() => {
    if (isQuiet()) whoGreets(world, clockOf(world, now())).forEach(greet)
  }, 60_000)
  return () => clearInterval(timer)
}
