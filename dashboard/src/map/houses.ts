// What stands on the map as HTML: a button for each house, its worst sign, and who is on the way to it.
import type { HomeTile } from '#contract/community.ts'
import type { IncidentCard } from '#contract/incident.ts'
import type { HomeState, IncidentKind } from '#contract/primitives.ts'
import { badness } from '../window/window-shape.ts'
import { facadeSize, type Facade } from './facade-layout.ts'

export type Badge = { kind: IncidentKind; tone: 'critical' | 'alarm'; pulsing: boolean; count: number }
export type Helper = { name: string; atDoor: boolean }

export type House = {
  id: number
  name: string
  lng: number
  lat: number
  /** Size in u, the width of one window. */
  width: number
  height: number
  homes: number
  worst: HomeState | undefined
  /** Homes in the worst state. */
  worstCount: number
  badge: Badge | undefined
  helper: Helper | undefined
}

export function housesOf(facades: readonly Facade[], incidents: Iterable<IncidentCard>): House[] {
  const helpers = helpersByBuilding(incidents)
  return facades.map((facade) => {
    const [width, height] = facadeSize(facade)
    const worst = [...facade.homes].sort((a, b) => badness(a.state) - badness(b.state))[0]?.state
    const { id, name, lng, lat } = facade.building
    return {
      id,
      name,
      lng,
      lat,
      width,
      height,
      homes: facade.homes.length,
      worst,
      worstCount: facade.homes.filter(({ state }) => state === worst).length,
      badge: badgeOf(facade.homes),
      helper: helpers.get(id),
    }
  })
}

/** The worst sign of a house; it pulses while anybody of it waits to be acknowledged. */
function badgeOf(homes: readonly HomeTile[]): Badge | undefined {
  const alarming = homes.filter(({ state }) => state === 'hazard' || state === 'missed')
  const worst = [...alarming].sort((a, b) => badness(a.state) - badness(b.state))[0]
  if (!worst) return undefined
  return {
    kind: worst.state === 'hazard' ? (worst.hazard ?? 'sos') : 'missed',
    tone: worst.state === 'hazard' ? 'critical' : 'alarm',
    pulsing: alarming.some(({ acknowledged }) => !acknowledged),
    count: alarming.length,
  }
}

/** One helper a house: whoever is nearest to the door. */
function helpersByBuilding(incidents: Iterable<IncidentCard>): Map<number, Helper> {
  const found = new Map<number, Helper>()
  for (const { buildingId, assignments } of incidents) {
    for (const { state, personName } of assignments) {
      if (state !== 'enRoute' && state !== 'onScene') continue
      const known = found.get(buildingId)
      if (!known || (!known.atDoor && state === 'onScene')) {
        found.set(buildingId, { name: personName, atDoor: state === 'onScene' })
      }
    }
  }
  return found
}
