import { expect, test } from 'vitest'
import { LedgerPlace } from '#contract/community.ts'
import { placeLook, places } from './places.ts'

test('every place of the ledger is counted once and has its window', () => {
  expect([...places].sort()).toEqual([...LedgerPlace.enum].sort())
  for (const place of places) expect(placeLook[place].color).toMatch(/^(var|color-mix)\(/)
})
