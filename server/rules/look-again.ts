import type { Tx } from '#db/database.ts'
import type { Verdict } from '#domain/verdict.ts'
import { withCover } from './cover-store.ts'
import { isInAlarm, judgeHealth } from './judge-health.ts'
import { devicesOf, keyOf, openConditions, type Condition, type Device } from './store.ts'
import { deviceRulesOf } from './surroundings-store.ts'
import { verdictOf } from './verdict-of.ts'

/**
 * What is the matter with these devices now, also where it is what it was: whoever put one back in its place hears of
 * it anew. Nothing for those that are well. The caller holds the rows of the devices.
 * @param now epoch ms
 */
export async function lookAgain(tx: Tx, deviceIds: readonly number[], now: number): Promise<Verdict[]> {
  const devices = await devicesOf(tx, deviceIds)
  const [rules, standing] = await Promise.all([
    deviceRulesOf(tx, devices, now),
    openConditions(tx, [...new Set(devices.map(({ homeId }) => homeId))]),
  ])
  const conditions = new Map(standing.map((one) => [keyOf(one.deviceId ?? 0, one.kind), one]))
  const verdicts = devices.flatMap((device) => {
    const own = rules.get(device.homeId)
    const seen = {
      silent: isSilent(device, now),
      inAlarm: isInAlarm(device, conditions),
      now,
      ...(own ? { rules: own } : {}),
    }
    const condition = conditions.get(keyOf(device.id, 'device'))
    return present(judgeHealth(device, condition, seen) ?? asItStands(device, condition))
  })
  return withCover(tx, verdicts, now)
}

/** Heard once, and not in time since: `silentAt` is taken away when a silence is found. */
const isSilent = ({ lastSeenAt, silentAt }: Device, now: number): boolean =>
  lastSeenAt !== null && (silentAt === null || silentAt <= now)

/** Nothing has changed: what stood before stands. */
const asItStands = (device: Device, condition: Condition | undefined): Verdict | undefined =>
  condition?.clearedAt === null
    ? verdictOf(device, { kind: 'device', stage: condition.stage, evidence: condition.evidence })
    : undefined

const present = (verdict: Verdict | undefined): Verdict[] =>
  verdict === undefined || verdict.stage === null ? [] : [verdict]
