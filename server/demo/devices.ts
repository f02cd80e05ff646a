// Which devices hang in the demo's homes. Every one has a random serial and a random secret of 144 bits.
import { randomBytes } from 'node:crypto'
import type { DemoDevice, DemoResident } from '#contract/demo.ts'
import type { DeviceKind, PowerClass } from '#contract/primitives.ts'

const power: Record<DeviceKind, PowerClass> = {
  button: 'battery',
  curtain: 'battery',
  motion: 'battery',
  co: 'mains',
  gas: 'mains',
  tablet: 'mains',
  gateway: 'mains',
}

/** A button (or a curtain sensor) for each resident; CO, gas and motion for each home; some tablets. */
export function planDevices(
  homes: readonly [string, number][],
  people: readonly DemoResident[],
): DemoDevice[] {
  const personal = people.flatMap((one, index) => {
    const base = { homeId: one.homeId, residentId: one.id, label: one.label }
    const sign = device(index % 4 === 3 && one.part === 'early' ? 'curtain' : 'button', base)
    return hasTablet(one) ? [sign, device('tablet', base)] : [sign]
  })
  const shared = homes.flatMap(([label, homeId]) =>
    (['co', 'gas', 'motion'] as const).map((kind) => device(kind, { homeId, residentId: null, label })),
  )
  return [...personal, ...shared]
}

const hasTablet = (one: DemoResident): boolean => one.part !== 'early' || one.tier === 'high'

function device(
  kind: DeviceKind,
  where: { homeId: number; residentId: number | null; label: string },
): DemoDevice {
  return {
    serial: `${kind}-${randomBytes(4).toString('hex')}`,
    secret: randomBytes(18).toString('hex'),
    kind,
    power: power[kind],
    ...where,
  }
}
