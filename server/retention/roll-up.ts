// Readings to minutes and hours. A device says itself from where on its readings are not rolled up yet
// (device.unrolled_from): late data moves it back, and its hours are written anew.
import type { Database } from '#db/database.ts'
import { limits } from '../limits.ts'
import * as store from './rollup-store.ts'

const hourMs = 3_600_000

/** Rolls up all hours that are over at `now` (epoch ms), some devices a transaction, in the order of their ids. */
export async function rollUp(db: Database, now: number): Promise<void> {
  const before = Math.floor((now - limits.rollupSettleMs) / hourMs) * hourMs
  // a backlog takes several rounds: of each device some hours at a time
  while ((await rollRound(db, before)) > 0);
}

async function rollRound(db: Database, before: number): Promise<number> {
  const { rollupDevicesMax: devicesMax, rollupSpanMs: spanMs } = limits
  let rolled = 0
  for (let after = 0; ;) {
    const due = await db.transaction(async (tx) => {
      const devices = await store.lockUnrolled(tx, { after, before, devicesMax, spanMs })
      if (devices.length === 0) return devices
      await store.rollToMinutes(tx, devices)
      await store.rollToHours(tx, devices)
      await store.markRolled(tx, devices)
      return devices
    })
    if (due.length === 0) return rolled
    rolled += due.length
    after = due.at(-1)?.deviceId ?? after
  }
}
