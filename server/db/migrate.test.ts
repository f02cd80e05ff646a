import { Type } from 'typebox'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEmptyDatabase, type TestDatabase } from '#testing/database.ts'
import { migrationsOf } from '#testing/migrations.ts'
import { migrate } from './migrate.ts'
import { sql } from './sql.ts'

const ground = '-- the ground\ncreate table home (id int);\n'
const rooms = '-- rooms, because a home may have several\nalter table home add room text;\n'

let own: TestDatabase

beforeEach(async () => {
  own = await createEmptyDatabase()
})
afterEach(() => own.drop())

const bring = (files: Record<string, string>) => migrate({ url: own.url, directory: migrationsOf(files) })

async function columns(): Promise<string[]> {
  const Column = Type.Object({ name: Type.String() })
  const rows = await own.db.many(
    Column,
    sql`select column_name as name from information_schema.columns where table_name = 'home' order by 1`,
  )
  return rows.map((row) => row.name)
}

describe('migrations', () => {
  test('are applied in their order, once', async () => {
    expect(await bring({ '002_rooms.sql': rooms, '001_ground.sql': ground })).toEqual([
      '001_ground.sql',
      '002_rooms.sql',
    ])
    expect(await columns()).toEqual(['id', 'room'])
    expect(await bring({ '001_ground.sql': ground, '002_rooms.sql': rooms })).toEqual([])
  })

  test('several processes at once apply each one once', async () => {
    const files = { '001_ground.sql': ground, '002_rooms.sql': rooms }
    const applied = await Promise.all([bring(files), bring(files), bring(files)])
    expect(applied.flat().sort()).toEqual(['001_ground.sql', '002_rooms.sql'])
  })

  test('one that fails leaves nothing of itself and names its line', async () => {
    const broken = '-- two tables\ncreate table street (id int);\n\nselect nothing from nowhere;\n'
    const failing = bring({ '001_ground.sql': ground, '002_broken.sql': broken })
    await expect(failing).rejects.toThrow('002_broken.sql:4: relation "nowhere" does not exist')
    expect(await columns()).toEqual(['id'])
    expect(await bring({ '001_ground.sql': ground, '002_street.sql': broken.split('select')[0]! })).toEqual([
      '002_street.sql',
    ])
  })

  test('one that was edited after it was applied is refused', async () => {
    await bring({ '001_ground.sql': ground })
    await expect(bring({ '001_ground.sql': ground.replace('int', 'bigint') })).rejects.toThrow(
      '001_ground.sql was edited after it was applied',
    )
  })

  test('line ends of Windows are not an edit', async () => {
    await bring({ '001_ground.sql': ground })
    expect(await bring({ '001_ground.sql': ground.replaceAll('\n', '\r\n') })).toEqual([])
  })

  test('a database newer than the program is refused', async () => {
    await bring({ '001_ground.sql': ground, '002_rooms.sql': rooms })
    await expect(bring({ '001_ground.sql': ground })).rejects.toThrow(
      'The database is newer than this program: it has 002_rooms.sql',
    )
  })

  test('one that comes before an applied one is refused', async () => {
    await bring({ '001_ground.sql': ground, '003_rooms.sql': rooms })
    await expect(
      bring({ '001_ground.sql': ground, '002_late.sql': '-- late\nselect 1;', '003_rooms.sql': rooms }),
    ).rejects.toThrow('002_late.sql comes before 003_rooms.sql')
  })

  test('a single statement may ask to run outside of a transaction, while another process waits', async () => {
    const files = {
      '001_ground.sql': ground,
      '002_index.sql':
        '-- ids are looked up\n--! no-transaction\ncreate index concurrently home_id on home (id);\n',
    }
    const applied = await Promise.all([bring(files), bring(files)])
    expect(applied.flat().sort()).toEqual(['001_ground.sql', '002_index.sql'])
  })

  test('two statements outside of a transaction are refused by PostgreSQL', async () => {
    const two =
      '-- half of it might stay\n--! no-transaction\ncreate index concurrently a on home (id); select 1;\n'
    await expect(bring({ '001_ground.sql': ground, '002_two.sql': two })).rejects.toThrow('transaction block')
  })

  test('a file that does not say why, or has another name, or a number twice, is refused', async () => {
    await expect(bring({ '001_ground.sql': 'create table home (id int);' })).rejects.toThrow(
      'first line says why',
    )
    await expect(bring({ '1-ground.sql': ground })).rejects.toThrow('named like 001_ground.sql')
    await expect(bring({ '001_ground.sql': ground, '001_rooms.sql': rooms })).rejects.toThrow(
      'number is taken',
    )
  })
})
