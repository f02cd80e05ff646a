// The file that says which devices there are and what their secrets are (DATA_DIR/demo-world.json).
import { readFileSync } from 'node:fs'
import { Value } from 'typebox/value'
import { DemoWorld } from '#contract/demo.ts'

/** @throws Error in one sentence when the file is missing or is not a world */
export function readWorld(file: string): DemoWorld {
  let world: unknown
  try {
    world = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new Error(
      `No world at ${file}: start the demo once (npm start), or name another file with --world.`,
    )
  }
  if (!Value.Check(DemoWorld, world)) throw new Error(`${file} is not a world of simulated devices.`)
  return world
}
