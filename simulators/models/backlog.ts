// What a device has kept for when it is heard again: readings with their own times, and last evening's motion. Pure.
import type { DemoDevice } from '#contract/demo.ts'
import type { UpKind } from '#contract/topics.ts'

const stepMs = 5 * 60_000
/** Six hours of samples every five minutes: 72 values, well below the 240 of one message. */
const samples = 72
/** Somebody stirred between ten and eleven hours ago. */
const stirredMs = 10 * 3_600_000

/** The id makes it the same backlog when it is delivered again within the same quarter of a day. */
export function backlogOf(
  device: DemoDevice,
  now: number,
): { kind: UpKind; body: Record<string, unknown> } | undefined {
  const period = Math.floor(now / (6 * 3_600_000))
  const id = `backlog-${device.serial}-${period}`
  if (device.kind === 'motion')
    return {
      kind: 'activity',
      body: { id, kind: 'motion', time: now - stirredMs - (device.homeId % 60) * 60_000 },
    }
  if (device.kind !== 'co' && device.kind !== 'gas') return undefined
  const kind = device.kind
  const values = Array.from({ length: samples }, (_, step) => ({
    kind,
    value: quietValue(kind, device.homeId, step),
    time: now - (samples - step) * stepMs,
  }))
  return { kind: 'readings', body: { id, values } }
}

/** Clean air with a little cooking in it. */
const quietValue = (kind: 'co' | 'gas', homeId: number, step: number): number =>
  kind === 'gas' ? (step % 31 === homeId % 31 ? 0.4 : 0) : (homeId * 7 + step * 5 + ((step * step) % 3)) % 4
