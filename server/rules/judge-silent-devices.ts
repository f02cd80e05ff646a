import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import type { Verdict } from '#domain/verdict.ts'
import { withCover } from './cover-store.ts'
import { isInAlarm, judgeHealth } from './judge-health.ts'
import { keyOf, openConditions, takeSilentDevices } from './store.ts'

/** Devices that were not heard in time, each found once. */
export async function judgeSilentDevices(
  tx: Tx,
  now: number,
  max: number,
): Promise<{ count: number; verdicts: Verdict[] }> {
  const devices = await takeSilentDevices(tx, now, max)
  if (devices.length === 0) return { count: 0, verdicts: [] }
  const standing = await openConditions(tx, [...new Set(devices.map(({ homeId }) => homeId))])
  const conditions = new Map(standing.map((one) => [keyOf(one.deviceId ?? 0, one.kind), one]))
  for (const { communityId, homeId } of devices) announce(tx, { communityId, kind: 'home', id: homeId })
  const verdicts = devices.flatMap(
    (device) =>
      judgeHealth(device, conditions.get(keyOf(device.id, 'device')), {
        silent: true,
        inAlarm: isInAlarm(device, conditions),
        now,
      }) ?? [],
  )
  return { count: devices.length, verdicts: await withCover(tx, verdicts, now) }
}
