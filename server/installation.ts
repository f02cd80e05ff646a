// What this database is: the demo, a real service, or still empty. Decided once, and never mixed (ground.md).
import { Type } from 'typebox'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { isLoopback } from './config.ts'

const Mode = Type.Object({ mode: Type.Enum(['demo', 'real']) })
const Count = Type.Object({ persons: Type.Integer() })

export type InstallationMode = 'demo' | 'newDemo' | 'real' | 'empty'

/**
 * @param asked what `--no-demo`, `--demo` or DEMO said; undefined where nobody said anything
 * @throws Error in one sentence when what was asked does not fit what is there
 */
export async function installationMode(
  db: Db,
  asked: { demo: boolean | undefined; host: string },
): Promise<InstallationMode> {
  const there = (await db.maybeOne(Mode, sql`select mode from installation`))?.mode
  if (there === 'demo' && asked.demo === false)
    throw new Error('This DATA_DIR holds the demo. For a real service set DATA_DIR to another directory.')
  if (there === 'demo' && !isLoopback(asked.host))
    throw new Error(`The demo has known logins and binds to 127.0.0.1 only, not to HOST=${asked.host}.`)
  if (there === 'real' && asked.demo === true)
    throw new Error(
      'This DATA_DIR holds real homes: nothing is simulated on it. Set DATA_DIR to another directory.',
    )
  if (there) return there
  const { persons } = await db.one(Count, sql`select count(*)::int as persons from person`)
  if (persons > 0) return 'real'
  if (asked.demo === false) return 'empty'
  if (!isLoopback(asked.host))
    throw new Error(
      `The demo has known logins and binds to 127.0.0.1 only; for HOST=${asked.host} use --no-demo.`,
    )
  return 'newDemo'
}
