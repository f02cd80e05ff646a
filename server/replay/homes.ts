// A page of homes with all that is stored of them, put together from its parts.
import { silentAfterMs } from '#domain/liveness.ts'
import type { Tx } from '#db/database.ts'
import type { DeviceKind, PowerClass, RiskTier } from '#contract/primitives.ts'
import { grouped } from '#domain/grouped.ts'
import { incidentsOf, silentDevicesThen } from './board-store.ts'
import { devicesThen } from './devices-store.ts'
import type { BlindThen, HomeThen, Span } from './history.ts'
import { homesAfter, residentsOf, signsOf } from './people-store.ts'
import type { RulesAt } from './rules-then.ts'

type Page = Span & {
  communityIds: readonly number[]
  afterId: number
  max: number
  blinds: readonly BlindThen[]
  shortestMs: Shortest
}

export async function homesOf(tx: Tx, page: Page): Promise<HomeThen[]> {
  const homes = await homesAfter(tx, page)
  const asked = { ...page, homeIds: homes.map(({ id }) => id) }
  const [residents, signs, { devices, alarms }, incidents, silentDevices] = await Promise.all([
    residentsOf(tx, asked),
    signsOf(tx, asked),
    devicesThen(tx, asked),
    incidentsOf(tx, asked),
    silentDevicesThen(tx, asked),
  ])
  const byHome = grouped(residents, ({ homeId }) => homeId)
  return homes.map((home) => ({
    ...home,
    residents: byHome.get(home.id) ?? [],
    signs: signs.get(home.id) ?? [],
    devices: devices.get(home.id) ?? [],
    alarms: alarms.get(home.id) ?? [],
    incidents: incidents.get(home.id) ?? [],
    silentDevices: silentDevices.get(home.id) ?? [],
  }))
}

type Device = { homeId: number; communityId: number; kind: DeviceKind; power: PowerClass }
type Shortest = (device: Device) => number

const tiers: readonly RiskTier[] = ['high', 'key', 'general']

/** The shortest silence of a device that any of these rules asks about (ms), whatever the tier of its home. */
export function shortestSilence(rulesAt: readonly RulesAt[], { fromAt, untilAt }: Span): Shortest {
  return ({ homeId, communityId, kind, power }) => {
    const rules = rulesAt.flatMap((each) =>
      tiers.flatMap((tier) => [fromAt, untilAt].map((at) => each({ communityId, homeId, tier }, at).device)),
    )
    const silences = rules.map((device) => silentAfterMs(kind, power, device))
    const inAlarm =
      kind === 'co' || kind === 'gas' ? rules.map((device) => device.alarmSilentMin * 60_000) : []
    return Math.min(...silences, ...inAlarm)
  }
}
