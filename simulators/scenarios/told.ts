// The half of the devices in the scenarios of server/scenarios, for any broker: 李奶奶's part is played by her namesake in
// this world, or by somebody who can.
import type { DemoResident, DemoWorld } from '#contract/demo.ts'
import { scenarios as told } from '../../server/scenarios/all.ts'
import { instantOf } from '../../server/scenarios/instants.ts'
import type {
  Happening as Told,
  Line,
  Scenario as ToldScenario,
  Source,
} from '../../server/scenarios/language.ts'
import type { Happening, Scenario } from './happening.ts'

/** Each scenario in which some device speaks or falls silent. */
export const toldScenarios: readonly Scenario[] = told
  .filter((one) => one.story.some(isPlayable))
  .map((one) => ({
    name: one.name,
    zh: `${one.zh}。`,
    en: `${one.en}.`,
    happenings: (world) => happeningsOf(one, world),
  }))

function happeningsOf(one: ToldScenario, world: DemoWorld): Happening[] {
  const lines = one.story.filter(isPlayable)
  const instants = lines.map(({ at }) => instantOf(one, at))
  const firstAt = Math.min(...instants)
  const cast = castIn(world)
  return lines.flatMap(({ what }, nth) => happens(what, { atMs: (instants[nth] ?? firstAt) - firstAt, cast }))
}

type Playable = Told & { is: 'says' | 'curve' | 'backlog' | 'line' }

/** A real broker takes no retained messages of ours, and the devices of a world have no marks and speak JSON. */
function isPlayable(line: Line): line is Line & { what: Playable } {
  const { what } = line
  if (what.is === 'says')
    return typeof what.body === 'object' && what.retain === undefined && what.from.mark === undefined
  return (what.is === 'curve' || what.is === 'backlog' || what.is === 'line') && what.from.mark === undefined
}

type Stage = { atMs: number; cast: (name: string) => DemoResident }

function happens(what: Playable, { atMs, cast }: Stage): Happening[] {
  const on = placeOf(what.from, cast)
  switch (what.is) {
    case 'says':
      return [
        { ...on, atMs, what: { say: what.kind, body: { ...Object(what.body) } as Record<string, unknown> } },
      ]
    case 'line':
      return [{ ...on, atMs, what: what.up ? { plugIn: true } : { cut: true } }]
    case 'curve':
    case 'backlog':
      return what.values.map((value, nth) => ({
        ...on,
        atMs: what.is === 'curve' ? atMs + nth * what.everyMs : atMs,
        what: { say: 'readings', body: { values: [{ kind: what.of, value }] } },
      }))
  }
}

function placeOf(
  { at, device }: Source,
  cast: Stage['cast'],
): Pick<Happening, 'homeId' | 'residentId' | 'device'> {
  const { id, homeId } = cast(at)
  const isHers = device === 'button' || device === 'curtain'
  return { homeId, residentId: isHers || device === 'tablet' ? id : null, device: isHers ? 'sign' : device }
}

/** Her namesake; else whoever has the part that is like hers; each name always the same person. */
function castIn({ residents }: DemoWorld): (name: string) => DemoResident {
  const chosen = new Map<string, DemoResident>()
  return (name) => {
    const taken = new Set([...chosen.values()].map(({ id }) => id))
    const free = residents.filter(({ id }) => !taken.has(id))
    const found =
      chosen.get(name) ??
      free.find(({ greeting }) => greeting === name) ??
      free.find(({ part }) => part === 'silent') ??
      free[0]
    if (!found) throw new Error(`this world has nobody to play ${name}`)
    chosen.set(name, found)
    return found
  }
}
