// What the chapters of the story stand on: its people, its fleet, its clock, and a way to be stopped.
import type { DemoResident, DemoWorld } from '#contract/demo.ts'
import type { IncidentCard } from '#contract/incident.ts'
import type { IncidentKind } from '#contract/primitives.ts'
import type { Fleet } from '../fleet.ts'
import type { StoryPerson } from './person.ts'

export type Stage = {
  world: DemoWorld
  fleet: Fleet
  /** 王红 and 赵敏. */
  steward: StoryPerson
  desk: StoryPerson
  random: () => number
  /** Throws `StoryStopped` when the story was begun again meanwhile. */
  wait(ms: number): Promise<void>
  chapter(name: string): void
  /** True: the story acts for the steward and the desk; false: the newcomer does. */
  autoplay(): boolean
}

export class StoryStopped extends Error {}

export const whoPlays = (world: DemoWorld, part: DemoResident['part']): DemoResident[] =>
  world.residents.filter((resident) => resident.part === part)

/** How often the story looks whether something it waits for has happened. */
const lookEveryMs = 500

/** Looks until `find` gives something; a stopped story ends it. */
export async function until<T>(stage: Stage, find: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await find()
    if (found !== undefined) return found
    await stage.wait(lookEveryMs)
  }
}

export async function cardOf(
  stage: Stage,
  homeId: number,
  kind: IncidentKind,
): Promise<IncidentCard | undefined> {
  const desk = await stage.desk.call('desk', { params: { id: stage.world.communityId } })
  return desk.incidents.find((card) => card.homeId === homeId && card.kind === kind)
}
