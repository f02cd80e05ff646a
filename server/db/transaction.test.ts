import { Type } from 'typebox'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createEmptyDatabase, type TestDatabase } from '#testing/database.ts'
import type { Db, Tx } from './database.ts'
import { sql } from './sql.ts'

let own: TestDatabase

beforeAll(async () => {
  own = await createEmptyDatabase()
  await own.db.run(sql`create table note (position int generated always as identity, text text primary key)`)
})
beforeEach(() => own.db.run(sql`truncate note restart identity`))
afterAll(() => own.drop())

const write = (db: Db, text: string) => db.run(sql`insert into note (text) values (${text})`)

async function notes(db: Db): Promise<string[]> {
  const rows = await db.many(
    Type.Object({ text: Type.String() }),
    sql`select text from note order by position`,
  )
  return rows.map((row) => row.text)
}

describe('a transaction', () => {
  test('commits what was written and gives the result', async () => {
    const result = await own.db.transaction(async (tx) => {
      await write(tx, '收到')
      expect(await notes(own.db)).toEqual([])
      return 'done'
    })
    expect(result).toBe('done')
    expect(await notes(own.db)).toEqual(['收到'])
  })

  test('writes nothing when its work fails, and the connection is good for the next', async () => {
    const failing = own.db.transaction(async (tx) => {
      await write(tx, '收到')
      throw new Error('the door is locked')
    })
    await expect(failing).rejects.toThrow('the door is locked')
    expect(await notes(own.db)).toEqual([])
    expect(own.db.pool.idleCount).toBe(own.db.pool.totalCount)
  })

  test('statements that leave together: the failing one is told, not those behind it, and none stays', async () => {
    const failing = own.db.transaction((tx) =>
      Promise.all([write(tx, '收到'), write(tx, '收到'), write(tx, '出发'), notes(tx)]),
    )
    await expect(failing).rejects.toMatchObject({ code: '23505' })
    expect(await notes(own.db)).toEqual([])
    await own.db.transaction((tx) => Promise.all([write(tx, '收到'), write(tx, '出发')]))
    expect(await notes(own.db)).toEqual(['收到', '出发'])
    expect(own.db.pool.idleCount).toBe(own.db.pool.totalCount)
  })

  test('runs what belongs to the end after everything else, in order, and before COMMIT', async () => {
    await own.db.transaction(async (tx) => {
      tx.atEnd(async () => {
        await write(tx, 'first of the end')
        tx.atEnd(async () => void (await write(tx, 'added by an ending')))
      })
      tx.atEnd(async () => void (await write(tx, 'second of the end')))
      await write(tx, 'the work')
    })
    expect(await notes(own.db)).toEqual([
      'the work',
      'first of the end',
      'second of the end',
      'added by an ending',
    ])
  })

  test('what travels with COMMIT is the last of all, and undoes everything where it fails', async () => {
    const last = (text: string) => sql`insert into note (text) values (${text})`
    await own.db.transaction(async (tx) => {
      tx.lastly(last('with COMMIT'))
      tx.atEnd(async () => void (await write(tx, 'of the end')))
      await write(tx, 'the work')
    })
    expect(await notes(own.db)).toEqual(['the work', 'of the end', 'with COMMIT'])
    const seen: string[] = []
    const failing = own.db.transaction(async (tx) => {
      tx.lastly(last('with COMMIT'))
      tx.lastly(last('behind it'))
      tx.afterCommit(() => seen.push('committed'))
      await write(tx, 'more work')
    })
    await expect(failing).rejects.toMatchObject({ code: '23505' })
    expect(await notes(own.db)).toEqual(['the work', 'of the end', 'with COMMIT'])
    expect(seen).toEqual([])
    expect(own.db.pool.idleCount).toBe(own.db.pool.totalCount)
  })

  test('a failing end undoes the work', async () => {
    const failing = own.db.transaction(async (tx) => {
      tx.atEnd(() => Promise.reject(new Error('no seq')))
      await write(tx, 'the work')
    })
    await expect(failing).rejects.toThrow('no seq')
    expect(await notes(own.db)).toEqual([])
  })

  test('what follows the commit sees it, and does not run after a rollback', async () => {
    const seen: string[] = []
    await own.db.transaction(async (tx) => {
      tx.afterCommit(() => seen.push('committed'))
      await write(tx, 'the work')
      expect(seen).toEqual([])
    })
    const failing = own.db.transaction(async (tx) => {
      tx.afterCommit(() => seen.push('never'))
      await write(tx, 'the work')
    })
    await expect(failing).rejects.toThrow('duplicate key')
    expect(seen).toEqual(['committed'])
  })

  test('of a server that is frozen in the middle of it holds up the others for 5 s, and writes nothing', async () => {
    let thaw = () => {}
    let isIn = () => {}
    const locked = new Promise<void>((resolve) => (isIn = resolve))
    const frozen = own.db.transaction(async (tx) => {
      await write(tx, 'frozen')
      isIn()
      await new Promise<void>((resolve) => (thaw = resolve))
      await write(tx, 'thawed')
    })
    const failed = expect(frozen).rejects.toThrow()
    await locked
    const before = performance.now()
    await write(own.db, 'frozen')
    expect(performance.now() - before).toBeLessThan(8000)
    thaw()
    await failed
    expect(await notes(own.db)).toEqual(['frozen'])
  })

  test('a failed statement that somebody caught does not pass for a commit', async () => {
    const swallowing = own.db.transaction(async (tx) => {
      await write(tx, 'once')
      await write(tx, 'once').catch(() => {})
    })
    await expect(swallowing).rejects.toThrow('was rolled back')
  })

  test('a forgotten await cannot write after the end', async () => {
    let kept: Tx | undefined
    await own.db.transaction(async (tx) => {
      kept = tx
      await write(tx, 'in time')
    })
    await expect(kept?.run(sql`delete from note`)).rejects.toThrow('this transaction is over')
    expect(await notes(own.db)).toEqual(['in time'])
  })

  test('two that deadlock both end up committed', async () => {
    await write(own.db, 'a')
    await write(own.db, 'b')
    let attempts = 0
    const bothHoldOne = barrier(2)
    const touch = (first: string, second: string) =>
      own.db.transaction(async (tx) => {
        attempts += 1
        await tx.run(sql`update note set text = text where text = ${first}`)
        await bothHoldOne()
        await tx.run(sql`update note set text = text where text = ${second}`)
        await write(tx, `${first}${second}`)
      })
    await Promise.all([touch('a', 'b'), touch('b', 'a')])
    expect(attempts).toBeGreaterThan(2)
    expect((await notes(own.db)).sort()).toEqual(['a', 'ab', 'b', 'ba'])
  })

  test('any other failure is not tried again, and a deadlock not for ever', async () => {
    let attempts = 0
    const failing = own.db.transaction(async (tx) => {
      attempts += 1
      await tx.run(sql`select 1 / 0`)
    })
    await expect(failing).rejects.toThrow('division by zero')
    expect(attempts).toBe(1)
    const unlucky = own.db.transaction(async (tx) => {
      attempts += 1
      await tx.run(sql`do $$ begin raise exception 'again' using errcode = '40001'; end $$`)
    })
    await expect(unlucky).rejects.toThrow('again')
    expect(attempts).toBe(6)
  })
})

test('a connection that breaks in the middle of a transaction rejects it and does not end the process', async () => {
  const broken = own.db.transaction(async (tx) => {
    await tx.run(sql`select 1`)
    const { pid } = await tx.one(Type.Object({ pid: Type.Integer() }), sql`select pg_backend_pid() as pid`)
    await own.db.run(sql`select pg_terminate_backend(${pid})`)
    await tx.run(sql`select 2`)
  })
  await expect(broken).rejects.toThrow()
  expect(await own.db.run(sql`select 1`)).toBe(1)
})

/** Lets everybody wait until `count` have come; whoever comes later does not wait. */
function barrier(count: number): () => Promise<void> {
  let come = 0
  let open = () => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  return () => {
    come += 1
    if (come >= count) open()
    return opened
  }
}
