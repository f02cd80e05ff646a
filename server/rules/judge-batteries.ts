import type { Tx } from '#db/database.ts'
import { forecastBattery } from '#domain/battery.ts'
import type { Verdict } from '#domain/verdict.ts'
import { chargesOf, keepCharges, takeBatteries } from './battery-store.ts'
import { withCover } from './cover-store.ts'
import { isInAlarm, judgeHealth } from './judge-health.ts'
import { keyOf, openConditions } from './store.ts'
import { surroundingsOf } from './surroundings-store.ts'

/**
 * Keeps today's value of each battery, and says a month ahead which will be low, so that it is changed on a visit that
 * is planned anyway. Each battery once a day, however many processes look.
 */
export async function judgeBatteries(
  tx: Tx,
  now: number,
  max: number,
): Promise<{ count: number; verdicts: Verdict[] }> {
  const devices = await takeBatteries(tx, now, max)
  if (devices.length === 0) return { count: 0, verdicts: [] }
  await keepCharges(tx, devices, now)
  const deviceIds = devices.map(({ id }) => id)
  const [charges, homes, standing] = await Promise.all([
    chargesOf(tx, deviceIds, now),
    surroundingsOf(tx, devices, now),
    openConditions(tx, [...new Set(devices.map(({ homeId }) => homeId))]),
  ])
  const conditions = new Map(standing.map((one) => [keyOf(one.deviceId ?? 0, one.kind), one]))
  const verdicts = devices.flatMap((device) => {
    const rules = homes.get(device.homeId)?.rules.device
    const { lowAt, isListed } = forecastBattery(charges.get(device.id) ?? [], now, rules)
    const condition = conditions.get(keyOf(device.id, 'device'))
    const seen = {
      silent: device.silentAt === null && condition?.evidence.trouble === 'silent',
      inAlarm: isInAlarm(device, conditions),
      lowAt: isListed ? lowAt : null,
      now,
      ...(rules ? { rules } : {}),
    }
    return judgeHealth(device, condition, seen) ?? []
  })
  return { count: devices.length, verdicts: await withCover(tx, verdicts, now) }
}
