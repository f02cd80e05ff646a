import { expect, onTestFinished, test } from 'vitest'
import { createTestDatabase } from '#testing/database.ts'
import { databaseDoubts } from './database-doubts.ts'

test('a database that forgets in a power cut, or lives in another minute, is told of', async () => {
  const { db, drop } = await createTestDatabase()
  onTestFinished(drop)
  // as the databases of tests are set up
  const forgetful = [expect.stringContaining('fsync')]
  expect(await databaseDoubts(db, Date.now)).toEqual(forgetful)
  const anHourAgo = () => Date.now() - 3_600_000
  expect(await databaseDoubts(db, anHourAgo)).toEqual([
    ...forgetful,
    expect.stringContaining(' 3600 s apart'),
  ])
})
