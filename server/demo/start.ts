// The demo around a service: its world, created once, and its simulators as a process of their own.
import { readFileSync, writeFileSync } from 'node:fs'
import { Value } from 'typebox/value'
import { DemoWorld } from '#contract/demo.ts'
import type { Database } from '#db/database.ts'
import { seedDemo } from './seed.ts'

export type WorldOptions = {
  db: Database
  now: number
  /** DATA_DIR/demo-world.json: secrets of simulated devices only, and for this user alone. */
  file: string
  isNew: boolean
  hashPassword: (password: string) => Promise<string>
}

/** @throws Error in one sentence when the file of an existing demo is gone or broken */
export async function demoWorld({ db, now, file, isNew, hashPassword }: WorldOptions): Promise<DemoWorld> {
  if (!isNew) return readWorld(file)
  const world = await seedDemo({ db, now, hashPassword })
  writeFileSync(file, JSON.stringify(world, null, 1), { mode: 0o600 })
  return world
}

function readWorld(file: string): DemoWorld {
  try {
    const world: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (Value.Check(DemoWorld, world)) return world
  } catch {
    // said below, with what to do
  }
  throw new Error(`The demo's ${file} is gone or broken. Remove the data directory to begin a new demo.`)
}

/** A button for the banner: somebody who is not in the story, so that a press disturbs nothing. */
export function bannerButton(world: DemoWorld) {
  const early = world.residents.filter((resident) => resident.part === 'early')
  const device = world.devices.find(
    (one) => one.kind === 'button' && early.some((resident) => resident.id === one.residentId),
  )
  const of = early.find((resident) => resident.id === device?.residentId)
  if (!device || !of) throw new Error('the demo world has no button')
  return { serial: device.serial, secret: device.secret, of: `${of.greeting}（${of.label}）` }
}
